import type { DatasetPlan, Plan } from "../plan/types.ts";
import type { DatasetInput } from "../spec/dataset.ts";
import { type EmitContext, specLine } from "./context.ts";
import { isStateful } from "./states.ts";
import { batchShape, header, importLine, literal } from "./text.ts";
import { printFile } from "./write.ts";

/** The support function that reads each dataset type, its file, and the type of what it gives. */
const LOADERS: Record<DatasetPlan["type"], { name: string; module: string; type: string }> = {
  mnist: { name: "loadMnist", module: "./support/data/mnist.ts", type: "ImageDataset" },
  digits: { name: "loadDigits", module: "./support/data/digits.ts", type: "ImageDataset" },
  idx: { name: "loadIdx", module: "./support/data/idx.ts", type: "ImageDataset" },
  csv: { name: "loadCsv", module: "./support/data/csv.ts", type: "CsvDataset" },
  text: { name: "loadText", module: "./support/data/text.ts", type: "TextDataset" },
  arrays: { name: "loadArrays", module: "./support/data/arrays.ts", type: "Dataset" },
};

/** data.ts: where the samples come from and how a batch of them looks. */
export function emitData(context: EmitContext): string {
  const { dataset } = context.plan;
  const loader = LOADERS[dataset.type];
  const names = dataset.inputs.map(({ name }) => name);
  const generic = names.join() === "input" ? "" : `<${names.map(literal).join(" | ")}>`;
  const directory = dataset.type === "digits" ? "_directory" : "directory";
  const log = dataset.type === "digits" ? "_log" : "log";
  const isShared = loader.type === "Dataset" || loader.type === "ImageDataset";
  const imports = [
    'import * as tf from "@tensorflow/tfjs-core";',
    ...(dataset.type === "mnist" ? ['import { cacheDirectory } from "./support/system/cache.ts";'] : []),
    importLine("./support/data/dataset.ts", [], isShared ? [loader.type, "Split"] : ["Split"]),
    importLine(
      loader.module,
      [
        loader.name,
        ...(dataset.type === "arrays" ? ["loadArrayInputs"] : []),
        ...(dataset.type === "csv" ? ["readCsvWindow"] : []),
      ],
      [...(isShared ? [] : [loader.type]), ...(dataset.type === "csv" ? ["CsvOptions", "CsvWindow"] : [])],
    ),
    ...(["idx", "csv", "text", "arrays"].includes(dataset.type)
      ? ['import { dataFile } from "./support/data/data-file.ts";']
      : []),
  ].sort((a, b) => (a.slice(a.indexOf('"')) < b.slice(b.indexOf('"')) ? -1 : 1));
  return printFile([
    header(context),
    imports.join("\n"),
    "",
    constants(dataset),
    ...(dataset.type === "csv" ? ["", seriesOptions(dataset)] : []),
    "",
    [
      `/** Reads the dataset: ${specLine(context, dataset.specLine)}. \`directory\` is what --data names. */`,
      `export async function loadData(${directory}: string | undefined, ${log}: (line: string) => void): Promise<${loader.type}${generic}> {`,
      `  return ${loader.name}(${loaderOptions(context.plan)});`,
      "}",
      "",
    ].join("\n"),
    "/** What batches are read from. */",
    `export type Samples = Split${generic};`,
    "",
    batchType(dataset),
    "",
    readBatch(dataset),
    ...(dataset.type === "arrays" ? ["", loadInputs(dataset)] : []),
    ...(dataset.type === "csv" ? ["", LOAD_WINDOW] : []),
  ]);
}

/** Sizes that the program's other files name. */
function constants(dataset: DatasetPlan): string {
  const { inputs, targets } = dataset;
  const [first] = inputs as [DatasetInput];
  const lines: string[] = [];
  if (dataset.type === "arrays") {
    const options = inputs.map((input, k) => inputOptions(input, dataset.inputFiles[k]!.scale));
    lines.push("/** What the model reads, per sample. */", `export const INPUTS = [${options.join(", ")}] as const;`);
  } else {
    lines.push(`export const TIMESTEPS = ${first.shape[0]};`);
    if (first.kind === "floats") lines.push(`export const FEATURES = ${first.shape[1]};`);
  }
  if (targets.classes !== undefined) lines.push(`export const CLASSES = ${targets.classes};`);
  else lines.push("/** Numbers that a target has. */", `export const TARGETS = ${targets.shape.at(-1)};`);
  return lines.join("\n");
}

/** A tensor of a batch: its type, its shape as comments show it, and the expression that makes it from `values`. */
interface BatchTensor {
  readonly type: string;
  readonly shown: string;
  readonly create: (values: string) => string;
}

function inputTensor({ shape, kind }: DatasetInput): BatchTensor {
  if (kind === "ids") {
    return {
      type: "tf.Tensor2D",
      shown: `[B, ${shape[0]}] ids`,
      create: (values) => `tf.tensor2d(${values}, [batch, ${shape[0]}], "int32")`,
    };
  }
  return floatTensor(shape);
}

function floatTensor(shape: readonly number[]): BatchTensor {
  const [type, create, size] =
    shape.length === 2
      ? ["tf.Tensor3D", "tf.tensor3d", `[${shape[0]}, batch, ${shape[1]}]`]
      : ["tf.Tensor2D", "tf.tensor2d", `[batch, ${shape[0]}]`];
  return { type, shown: batchShape(shape), create: (values) => `${create}(${values}, ${size})` };
}

function targetTensor({ targets }: DatasetPlan): BatchTensor {
  if (targets.kind === "labelSequence") {
    const length = targets.shape[0];
    return {
      type: "tf.Tensor2D",
      shown: `[B, ${length}] labels, padded with 0`,
      create: (values) => `tf.tensor2d(${values}, [batch, ${length}], "int32")`,
    };
  }
  if (targets.kind !== "labels") return floatTensor(targets.shape);
  return {
    type: "tf.Tensor1D",
    shown: targets.perTimestep ? `[${targets.shape[0]} * B] labels, those of timestep 0 first` : "[B] labels",
    create: (values) => `tf.tensor1d(${values}, "int32")`,
  };
}

function isWeighted(dataset: DatasetPlan): boolean {
  return dataset.type === "arrays" && dataset.weightFiles !== undefined;
}

/** Of targets per timestep a file may weigh samples or their timesteps. */
function weightsLayout({ targets }: DatasetPlan): string {
  return targets.perTimestep ? `[B], or [${targets.shape[0]} * B], those of timestep 0 first` : "[B]";
}

function batchType(dataset: DatasetPlan): string {
  const target = targetTensor(dataset);
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
    ...(isWeighted(dataset) ? [`  readonly weights: tf.Tensor1D; // ${weightsLayout(dataset)}`] : []),
    "}",
  ].join("\n");
}

function readBatch(dataset: DatasetPlan): string {
  const target = targetTensor(dataset).create("split.targets(indices)");
  const entries = dataset.inputs.map(
    (input) => `${input.name}: ${inputTensor(input).create(`split.inputs.${input.name}(indices)`)}`,
  );
  const batch = "  const batch = indices.length;";
  const separate = dataset.type === "arrays" || dataset.type === "csv";
  const targetUsesBatch = /\bbatch\b/.test(target);
  return [
    ...(separate
      ? [
          "/** The inputs of the samples that `indices` names, on the device. */",
          `export function readInputs(split: Pick<Samples, "inputs">, indices: Int32Array): Batch["inputs"] {`,
          batch,
          `  return ${object(entries, "  ")};`,
          "}",
          "",
        ]
      : []),
    "/** The samples that `indices` names, on the device. */",
    `export function readBatch(split: Samples, indices: Int32Array): Batch {`,
    ...(separate && !targetUsesBatch ? [] : [batch]),
    "  return {",
    separate ? "    inputs: readInputs(split, indices)," : `    inputs: { ${entries.join(", ")} },`,
    `    targets: ${target},`,
    ...(isWeighted(dataset) ? ["    weights: tf.tensor1d(split.weights!(indices)),"] : []),
    "  };",
    "}",
    "",
  ].join("\n");
}

/** The inputs of arrays that come without targets, for predict.ts. */
function loadInputs({ inputs }: DatasetPlan): string {
  const names = inputs.map(({ name }) => literal(name)).join(" | ");
  return [
    "/** Inputs alone, to predict: a .npy file for each. */",
    `export function loadInputs(files: Readonly<Record<${names}, string>>): Pick<Samples, "count" | "inputs"> {`,
    "  return loadArrayInputs(INPUTS.map((input) => ({ ...input, file: files[input.name] })));",
    "}",
    "",
  ].join("\n");
}

/** How csv files are read, to train and to forecast. */
function seriesOptions(dataset: DatasetPlan & { readonly type: "csv" }): string {
  const options = object(
    [
      `file: dataFile(directory, ${literal(dataset.path)})`,
      `target: ${literal(dataset.target)}`,
      `features: ${literal(dataset.features)}`,
      "lookback: TIMESTEPS",
      "horizon: TARGETS",
      `testFraction: ${literal(dataset.testFraction)}`,
      `scaling: ${literal(dataset.scaling)}`,
      ...(dataset.time === undefined ? [] : [`time: ${literal(dataset.time)}`]),
      ...(dataset.timeFormat === undefined ? [] : [`timeFormat: ${literal(dataset.timeFormat)}`]),
      `order: ${literal(dataset.order)}`,
      ...(dataset.season === undefined ? [] : [`season: ${literal(dataset.season)}`]),
      "note",
    ],
    "",
  );
  return `/** What is read of the series, to train and to forecast. */\nconst seriesOptions = (directory: string | undefined, note?: (line: string) => void): CsvOptions => (${options});`;
}

const LOAD_WINDOW = [
  "/** The last rows of the series, to forecast what follows; scaled by what the run has fitted. `file` instead of the spec's. */",
  "export function loadWindow(",
  "  directory: string | undefined,",
  "  fitted: unknown,",
  "  file?: string,",
  "  log?: (line: string) => void,",
  "): CsvWindow {",
  "  return readCsvWindow(seriesOptions(directory, log), fitted, file);",
  "}",
  "",
].join("\n");

/** An object literal of one line, or of a line for each entry. */
function object(entries: readonly string[], indent?: string): string {
  if (indent === undefined) return `{ ${entries.join(", ")} }`;
  return `{\n${entries.map((entry) => `${indent}  ${entry},\n`).join("")}${indent}}`;
}

function inputOptions({ name, shape, vocabularySize }: DatasetInput, scale: number): string {
  return object([
    `name: ${literal(name)}`,
    `shape: ${literal(shape)}`,
    ...(vocabularySize === undefined ? [] : [`vocabularySize: ${literal(vocabularySize)}`]),
    ...(scale === 1 ? [] : [`scale: ${literal(scale)}`]),
  ]);
}

function fileOptions(files: { readonly train: string; readonly test: string | undefined }): string[] {
  return Object.entries(files).flatMap(([part, file]) =>
    file === undefined ? [] : [`${part}: dataFile(directory, ${literal(file)})`],
  );
}

function loaderOptions(plan: Plan): string {
  const { dataset } = plan;
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
        "log",
      ]);
    case "csv":
      return "seriesOptions(directory, log)";
    case "text":
      return object([
        `file: dataFile(directory, ${literal(dataset.path)})`,
        "timesteps: TIMESTEPS",
        "vocabularySize: CLASSES",
        `testFraction: ${literal(dataset.testFraction)}`,
        `encoding: ${literal(dataset.encoding)}`,
        ...(isStateful(plan) ? ["consecutive: true"] : []),
      ]).concat(", log");
    case "arrays": {
      const { kind, classes, shape } = dataset.targets;
      const inputs = dataset.inputFiles.map(({ train, test }, k) =>
        object([`...INPUTS[${k}]`, ...fileOptions({ train, test })]),
      );
      const targets = [
        `kind: ${literal(kind)}`,
        ...(classes === undefined ? [] : ["classes: CLASSES"]),
        `shape: ${literal(shape)}`,
        ...fileOptions(dataset.targetFiles),
      ];
      return object(
        [
          `inputs: [${inputs.join(", ")}]`,
          `targets: ${object(targets)}`,
          ...(dataset.weightFiles === undefined ? [] : [`sampleWeights: ${object(fileOptions(dataset.weightFiles))}`]),
          "log",
        ],
        "  ",
      );
    }
  }
}
