import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { ImportedSpec, ImportOptions } from "../../../src/core/formats/format.ts";
import type { Plan } from "../../../src/core/plan/types.ts";
import { compile, type GeneratedProgram } from "../../../src/node.ts";
import { openModelFile } from "../../../src/program/model-files.ts";
import type { SavedTensors } from "../../../src/support/run/checkpoint.ts";
import { batchMajor, timeMajor, type Workspace } from "../../parity/program.ts";

/** Inputs of a model, and what it predicts for them. */
export interface Expected {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

export function expectedOf(file: string): Expected {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A folder for the files of a test file, and what removes it. */
export function temporaryFolder(name: string): { path: string; remove(): void } {
  mkdirSync(".tmp", { recursive: true });
  const path = mkdtempSync(resolve(".tmp", `${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The spec of a model file, and its program. */
export async function imported(
  file: string,
  options?: ImportOptions,
): Promise<ImportedSpec & { program: GeneratedProgram }> {
  const spec = (await openModelFile(file)).model().spec(options);
  const { program, diagnostics } = compile(spec.text);
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return { ...spec, program };
}

/** The weights of a file under the names of a spec. */
export async function weightsOf(plan: Plan, file: string): Promise<SavedTensors> {
  return (await (await openModelFile(file)).weights()).match(plan);
}

/** The largest difference of a program's prediction from the one that is expected. */
export async function difference(
  workspace: Workspace,
  program: GeneratedProgram,
  weights: SavedTensors,
  { inputs, output }: Expected,
): Promise<number> {
  const { model } = await workspace.load(program);
  const w = model.initializeWeights(0);
  const variables = model.namedWeights(w);
  if (Object.keys(weights).sort().join() !== Object.keys(variables).sort().join()) throw new Error("other weights");
  for (const [key, { shape, values }] of Object.entries(weights)) variables[key]!.assign(tf.tensor(values, shape));
  const names = [...program.files.get("model.ts")!.matchAll(/^ {2}readonly (\w+): tf\.Tensor/gm)].map(
    ([, input]) => input!,
  );
  const x = Object.fromEntries(
    inputs.map(({ shape, data }, index) => {
      const ids = data.every(Number.isInteger);
      return [names[index]!, timeMajor(tf.tensor([...data], [...shape], ids ? "int32" : "float32"))];
    }),
  );
  const predicted = batchMajor(model.forward(w, x).prediction);
  if (predicted.shape.join() !== output.shape.join()) throw new Error(`predicted ${predicted.shape}`);
  return Math.max(...output.data.map((value, k) => Math.abs(value - predicted.data[k]!)));
}

/** The same of a file's own spec and weights. */
export async function differenceOf(
  workspace: Workspace,
  file: string,
  expected: Expected,
  weightsFile = file,
): Promise<number> {
  const { program } = await imported(file);
  const weights = await weightsOf(program.plan, weightsFile);
  return difference(workspace, program, weights, expected);
}
