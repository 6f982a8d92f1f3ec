import type { DatasetPlan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { header, literal } from "./text.ts";
import { printFile } from "./write.ts";

/** The support function that reads each dataset type, and its file. */
const LOADERS: Record<DatasetPlan["type"], { name: string; module: string }> = {
  mnist: { name: "loadMnist", module: "./support/data/mnist.ts" },
  digits: { name: "loadDigits", module: "./support/data/digits.ts" },
  idx: { name: "loadIdx", module: "./support/data/idx.ts" },
  csv: { name: "loadCsv", module: "./support/data/csv.ts" },
  text: { name: "loadText", module: "./support/data/text.ts" },
};

/** What the loader gives back: forecasts and texts know how to turn outputs into values. */
function datasetType(dataset: DatasetPlan): string {
  if (dataset.type === "csv") return "CsvDataset";
  return dataset.type === "text" ? "TextDataset" : "Dataset";
}

/** data.ts: where the samples come from and how a batch of them looks. */
export function emitData(context: EmitContext): string {
  const { dataset } = context.plan;
  const loader = LOADERS[dataset.type];
  const [timesteps, features] = dataset.inputShape;
  const needsFiles = dataset.type !== "digits";
  const imports = [
    'import * as tf from "@tensorflow/tfjs-core";',
    ...(dataset.type === "mnist" ? ['import { cacheDirectory } from "./support/data/cache.ts";'] : []),
    ...(datasetType(dataset) === "Dataset"
      ? [
          'import type { Dataset, Split } from "./support/data/dataset.ts";',
          `import { ${loader.name} } from "${loader.module}";`,
        ]
      : [
          'import type { Split } from "./support/data/dataset.ts";',
          `import { ${loader.name}, type ${datasetType(dataset)} } from "${loader.module}";`,
        ]),
    ...(dataset.type === "idx" || dataset.type === "csv" || dataset.type === "text"
      ? ['import { dataFile } from "./support/data/data-file.ts";']
      : []),
  ].sort((a, b) => (a.slice(a.indexOf('"')) < b.slice(b.indexOf('"')) ? -1 : 1));
  const targets =
    dataset.classes === undefined
      ? { type: "tf.Tensor2D", array: `new Float32Array(batch * TARGETS)`, tensor: "tf.tensor2d(y, [batch, TARGETS])" }
      : { type: "tf.Tensor1D", array: "new Int32Array(batch)", tensor: 'tf.tensor1d(y, "int32")' };
  return printFile([
    header(context),
    imports.join("\n"),
    "",
    [
      `export const TIMESTEPS = ${timesteps};`,
      `export const FEATURES = ${features};`,
      ...(dataset.classes === undefined
        ? [`/** Numbers that a sample's target has. */`, `export const TARGETS = ${dataset.targets};`]
        : [`export const CLASSES = ${dataset.classes};`]),
    ].join("\n"),
    "",
    [
      `/** Reads the dataset: ${specLine(context, dataset.specLine)}. \`directory\` is what --data names. */`,
      `export async function loadData(${needsFiles ? "directory" : "_directory"}: string | undefined, ${dataset.type === "mnist" ? "log" : "_log"}: (line: string) => void): Promise<${datasetType(dataset)}> {`,
      `  return ${loader.name}(${loaderOptions(dataset)});`,
      "}",
    ].join("\n"),
    "",
    [
      `/** A batch on the device. x: [${timesteps}, B, ${features}]; targets: ${dataset.classes === undefined ? `[B, ${dataset.targets}]` : "[B] labels"}. */`,
      `export function readBatch(split: Split, indices: Int32Array): { x: tf.Tensor3D; targets: ${targets.type} } {`,
      "  const batch = indices.length;",
      "  const x = new Float32Array(TIMESTEPS * batch * FEATURES);",
      `  const y = ${targets.array};`,
      "  split.fill(indices, x, y);",
      `  return { x: tf.tensor3d(x, [TIMESTEPS, batch, FEATURES]), targets: ${targets.tensor} };`,
      "}",
      "",
    ].join("\n"),
  ]);
}

function loaderOptions(dataset: DatasetPlan): string {
  const object = (entries: readonly string[]): string => `{ ${entries.join(", ")} }`;
  switch (dataset.type) {
    case "mnist":
      return object(["directory", "cacheDirectory: cacheDirectory()", `scale: ${literal(dataset.scale)}`, "log"]);
    case "digits":
      return object([
        `trainSamples: ${literal(dataset.trainSamples!)}`,
        `testSamples: ${literal(dataset.testSamples)}`,
        `seed: ${literal(dataset.seed)}`,
        `scale: ${literal(dataset.scale)}`,
      ]);
    case "idx":
      return object([
        `trainImages: dataFile(directory, ${literal(dataset.trainImages)})`,
        `trainLabels: dataFile(directory, ${literal(dataset.trainLabels)})`,
        `testImages: dataFile(directory, ${literal(dataset.testImages)})`,
        `testLabels: dataFile(directory, ${literal(dataset.testLabels)})`,
        "rows: TIMESTEPS",
        "columns: FEATURES",
        "classes: CLASSES",
        `scale: ${literal(dataset.scale)}`,
      ]);
    case "csv":
      return object([
        `file: dataFile(directory, ${literal(dataset.path)})`,
        `target: ${literal(dataset.target)}`,
        `features: ${literal(dataset.features)}`,
        "lookback: TIMESTEPS",
        "horizon: TARGETS",
        `testFraction: ${literal(dataset.testFraction)}`,
        `scaling: ${literal(dataset.scaling)}`,
      ]);
    case "text":
      return object([
        `file: dataFile(directory, ${literal(dataset.path)})`,
        "timesteps: TIMESTEPS",
        "vocabularySize: CLASSES",
        `testFraction: ${literal(dataset.testFraction)}`,
      ]);
  }
}
