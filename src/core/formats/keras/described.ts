import { UserError } from "../../../support/system/user-error.ts";
import type { Dialect } from "../../layers/exchange.ts";
import type { Plan } from "../../plan/types.ts";
import { isMap, type JsonMap, shortText } from "../field.ts";
import type { DescribedModel, SourceFile } from "../format.ts";
import { type FileGraph, readGraph } from "./graph.ts";
import { importSpec } from "./import-spec.ts";
import { isDefaultName } from "./spec-names.ts";

/** A model as Keras, and TensorFlow.js after it, describe it: a class with a config, the layers in it. */
export interface KerasModel extends SourceFile {
  readonly dialect: Dialect;
  /** { class_name, config } of the model. */
  readonly topology: JsonMap;
  /** Where that stands in the file; empty for the whole of it, or of config.json. */
  readonly place?: string;
  readonly compileConfig: JsonMap | undefined;
  readonly compilePlace?: string;
}

/** @param differences see {@link DescribedModel} */
export function describedModel(model: KerasModel, differences: (plan: Plan) => string[] = () => []): DescribedModel {
  const { name } = model.topology.config as { name?: unknown };
  return {
    name: typeof name === "string" && !isDefaultName(name) ? name : undefined,
    spec: (options) => importSpec(model, options),
    differences,
  };
}

/** @throws UserError (exit code 2) where that is not the description of a model */
export function topologyOf(
  { path }: SourceFile,
  model: JsonMap,
  place: string,
): Pick<KerasModel, "topology" | "compileConfig"> {
  if (typeof model.class_name !== "string" || typeof model.config !== "object" || model.config === null) {
    const where = place === "" ? "" : ` (${place})`;
    throw new UserError(`${path} does not describe a model${where}`, {
      exitCode: 2,
      fix: "save the whole model with Keras or TensorFlow.js",
    });
  }
  const compiled = model.compile_config;
  return { topology: model, compileConfig: isMap(compiled) && Object.keys(compiled).length > 0 ? compiled : undefined };
}

/** The older formats keep the optimizer under another name. */
export function oldCompileConfig(training: JsonMap | undefined): JsonMap | undefined {
  return training && { ...training, optimizer: training.optimizer ?? training.optimizer_config };
}

/** @throws UserError for versions of Keras whose files nobody has looked at */
export function dialectOf({ path }: SourceFile, version: unknown): Dialect {
  const text = typeof version === "string" ? version : "";
  if (text.startsWith("3.")) return "keras3";
  if (text.startsWith("2.")) return "keras2";
  throw new UserError(
    `${path}: it was written by ${text === "" ? "no version" : `version ${shortText(text, 40)}`} of Keras, not by 2 or 3`,
    {
      exitCode: 2,
      fix: "load it with Keras, and save it again",
    },
  );
}

/** The layers, for the names of weights; undefined where the model has some that no spec can say. */
export function graphOf(file: SourceFile, topology: JsonMap, place: string): FileGraph | undefined {
  try {
    return readGraph(file, topology, place);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
