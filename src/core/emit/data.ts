import { literal, objectLiteral } from "../literal.ts";
import type { DatasetPlan } from "../plan/types.ts";
import { sourceOf } from "../sources/sources.ts";
import type { DatasetInput } from "../spec/dataset.ts";
import { hasSampleWeights, inputTensor, targetTensor, weightsLayout } from "./batch.ts";
import { type EmitContext, specLine } from "./context.ts";
import { Imports } from "./imports.ts";
import { hasStates } from "./states.ts";
import { header } from "./text.ts";
import { printFile } from "./write.ts";

/** data.ts: where the samples come from and how a batch of them looks. */
export function emitData(context: EmitContext): string {
  const { dataset } = context.plan;
  const { loader, reads, data } = sourceOf(dataset);
  const names = dataset.inputs.map(({ name }) => name);
  const generic = names.join() === "input" ? "" : `<${names.map(literal).join(" | ")}>`;
  const unused = reads === "nothing" ? "_" : "";
  const before = data.before?.(dataset);
  const after = data.after?.(dataset);
  return printFile([
    header(context),
    imports(dataset),
    "",
    constants(dataset),
    ...(before === undefined ? [] : ["", before]),
    "",
    [
      `/** Reads the dataset: ${specLine(context, dataset.specLine)}. \`directory\` is what --data names. */`,
      `export async function loadData(${unused}directory: string | undefined, ${unused}log: (line: string) => void): Promise<${loader.type}${generic}> {`,
      `  return ${loader.name}(${data.options(dataset, { consecutive: hasStates(context.plan) })});`,
      "}",
      "",
    ].join("\n"),
    "/** What batches are read from. */",
    `export type Samples = Split${generic};`,
    ...(data.inputsAlone
      ? ["/** The same without targets. */", `export type InputSamples = InputSplit${generic};`]
      : []),
    "",
    batchType(context),
    "",
    readBatch(context, generic),
    ...(after === undefined ? [] : ["", after]),
  ]);
}

/** What loaders give that is not of one source alone. */
const SHARED_TYPES: ReadonlySet<string> = new Set(["Dataset", "ImageDataset"]);

function imports(dataset: DatasetPlan): string {
  const { loader, reads, data } = sourceOf(dataset);
  const isShared = SHARED_TYPES.has(loader.type);
  const modules: Record<string, string[]> = {
    "./support/data/dataset.ts": [
      ...(isShared ? [`type ${loader.type}`] : []),
      ...(data.inputsAlone ? ["type InputArrays", "type InputSplit"] : []),
      "type Split",
    ],
    [loader.module]: [loader.name, ...(isShared ? [] : [`type ${loader.type}`])],
    ...(reads === "files" ? { "./support/data/data-file.ts": ["dataFile"] } : {}),
  };
  for (const [module, names] of Object.entries(data.imports?.(dataset) ?? {})) {
    modules[module] = [...(modules[module] ?? []), ...names];
  }
  return Imports.of({ "@tensorflow/tfjs-core": ["* as tf"], ...modules }).declarations();
}

/** Sizes that the program's other files name. */
function constants(dataset: DatasetPlan): string {
  const { inputs, targets } = dataset;
  const [first] = inputs as [DatasetInput];
  const sizes = sourceOf(dataset).data.sizes?.(dataset) ?? [
    `export const TIMESTEPS = ${first.shape[0]};`,
    ...(first.kind === "floats" ? [`export const FEATURES = ${first.shape[1]};`] : []),
  ];
  const target =
    targets.classes === undefined
      ? ["/** Numbers that a target has. */", `export const TARGETS = ${targets.shape.at(-1)};`]
      : [`export const CLASSES = ${targets.classes};`];
  return [...sizes, ...target].join("\n");
}

function batchType({ plan }: EmitContext): string {
  const { dataset } = plan;
  const target = targetTensor(dataset.targets);
  return [
    "/** A batch on the device; sequences are time-major, B is the batch size. */",
    "export interface Batch {",
    "  readonly inputs: {",
    ...dataset.inputs.map((input) => {
      const { type, shown } = inputTensor(input);
      return `    readonly ${input.name}: ${type}; // ${shown}`;
    }),
    "  };",
    `  readonly targets: ${target.type}; // ${target.shown}`,
    ...(hasSampleWeights(plan) ? [`  readonly weights: tf.Tensor1D; // ${weightsLayout(dataset.targets)}`] : []),
    "}",
  ].join("\n");
}

function readBatch({ plan }: EmitContext, generic: string): string {
  const { dataset } = plan;
  const isWeighted = hasSampleWeights(plan);
  const alone = sourceOf(dataset).data.inputsAlone === true;
  const target = targetTensor(dataset.targets).create("targets");
  const entries = dataset.inputs.map((input) => `${input.name}: ${inputTensor(input).create(`inputs.${input.name}`)}`);
  return [
    ...(alone
      ? [
          `function onDevice({ inputs }: InputArrays${generic}, batch: number): Batch["inputs"] {`,
          `  return ${objectLiteral(entries, "  ")};`,
          "}",
          "",
          "/** The inputs of the samples that `indices` names, on the device. */",
          `export async function readInputs(split: InputSamples, indices: Int32Array): Promise<Batch["inputs"]> {`,
          "  return onDevice(await split.read(indices), indices.length);",
          "}",
          "",
        ]
      : []),
    "/** The samples that `indices` names, on the device. */",
    "export async function readBatch(split: Samples, indices: Int32Array): Promise<Batch> {",
    `  const { inputs, targets${isWeighted ? ", weights" : ""} } = await split.read(indices);`,
    "  const batch = indices.length;",
    "  return {",
    alone ? "    inputs: onDevice({ inputs }, batch)," : `    inputs: { ${entries.join(", ")} },`,
    `    targets: ${target},`,
    ...(isWeighted ? ["    weights: tf.tensor1d(weights!),"] : []),
    "  };",
    "}",
    "",
  ].join("\n");
}
