import { literal, objectLiteral } from "../literal.ts";
import type { DatasetPlanBase } from "../plan/types.ts";
import type { ArraysSource } from "../spec/types.ts";
import { ARRAYS_SCHEMA } from "./arrays-schema.ts";
import { filesUnder } from "./files.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

/** The file of each part; `validation` where its samples have files of their own. */
interface PartFiles {
  readonly train: string;
  readonly validation: string | undefined;
  readonly test: string;
}

export interface ArraysPlan {
  readonly type: "arrays";
  /** Of each of `inputs`, in the same order. */
  readonly inputFiles: readonly (PartFiles & { readonly scale: number })[];
  readonly targetFiles: PartFiles;
  /** A part without a file: all its samples count alike. */
  readonly weightFiles: (Omit<PartFiles, "test"> & { readonly test: string | undefined }) | undefined;
}

export const arrays = defineSource({
  type: "arrays",
  schema: {
    description:
      "Arrays of your own in NumPy's .npy files (or .npy.gz), found in the folder that --data names; the first axis counts the samples.",
    required: ["inputs", "targets"],
    ...ARRAYS_SCHEMA,
  },
  task: "tensors",
  reads: "files",
  heldOut: "drawn",
  fits: false,
  packages: {},
  described: "arrays in NumPy's .npy files",
  loader: { name: "loadArrays", module: "./support/data/arrays.ts", type: "Dataset" },
  data: {
    imports: () => ({ "./support/data/arrays.ts": ["loadArrayInputs"] }),
    options: loaderOptions,
    sizes: ({ inputs, inputFiles }) => {
      const all = inputs.map(({ name, shape, vocabularySize }, k) => {
        const { scale } = inputFiles[k]!;
        return objectLiteral([
          `name: ${literal(name)}`,
          `shape: ${literal(shape)}`,
          ...(vocabularySize === undefined ? [] : [`vocabularySize: ${literal(vocabularySize)}`]),
          ...(scale === 1 ? [] : [`scale: ${literal(scale)}`]),
        ]);
      });
      return ["/** What the model reads, per sample. */", `export const INPUTS = [${all.join(", ")}] as const;`];
    },
    after: ({ inputs }) => loadInputs(inputs.map(({ name }) => name)),
    inputsAlone: true,
  },
  files: (dataset) => filesUnder(dataset, ["train", "validation", "test"]),
  inputs: ({ inputs }) =>
    inputs.map(({ name, shape, vocabularySize }) => ({
      name: name!,
      shape,
      kind: vocabularySize === undefined ? "floats" : "ids",
      vocabularySize,
    })),
  targets: ({ targets }) => {
    const { encoding: kind, classes, features = 1, timesteps, length = 1 } = targets;
    if (kind === "labelSequence") return { kind, classes, shape: [length], perTimestep: false };
    const time = timesteps === undefined ? [] : [timesteps];
    const size = kind === "labels" ? [] : [kind === "oneHot" ? (classes ?? 1) : features];
    return { kind, classes, shape: [...time, ...size], perTimestep: timesteps !== undefined };
  },
  plan: ({ inputs, targets, sampleWeights }) => ({
    inputFiles: inputs.map(({ train, validation, test, scale }) => ({ train, validation, test, scale: scale! })),
    targetFiles: { train: targets.train, validation: targets.validation, test: targets.test },
    weightFiles: sampleWeights && {
      train: sampleWeights.train,
      validation: sampleWeights.validation,
      test: sampleWeights.test,
    },
  }),
  hasValidationFiles: (dataset) => validationFiles(dataset).some(({ file }) => file !== undefined),
  inputPointer: (index) => `/dataset/inputs/${index}`,
  rules: {
    "arrays are described completely": ({ targets }, { report }) => {
      const { encoding, classes, features, timesteps, length } = targets;
      const sequence = encoding === "labelSequence";
      const classified = encoding === "labels" || encoding === "oneHot" || sequence;
      const refuse = (key: string, message: string, fix: string): void =>
        report("LC1240", `/dataset/targets${key}`, message, fix);
      if (classified && classes === undefined) {
        refuse("", `targets as ${encoding} lack the number of classes`, "add `classes: 10`, or as many as there are");
      } else if (!classified && classes !== undefined) {
        refuse("/classes", `targets as ${encoding} have no classes`, "use `features`, or `encoding: labels`");
      }
      if (classified && features !== undefined) {
        refuse("/features", `targets as ${encoding} have classes, not features`, "remove `features`");
      }
      if (sequence && length === undefined) {
        refuse(
          "",
          "targets as labelSequence lack the length of the longest",
          "add `length: 12`, or as many as there are",
        );
      } else if (!sequence && length !== undefined) {
        refuse("/length", `targets as ${encoding} have no length`, "remove `length`, or use `encoding: labelSequence`");
      }
      if (sequence && timesteps !== undefined) {
        const message = "the timesteps of the labels are not known with labelSequence";
        refuse("/timesteps", message, "use `length`, or `encoding: labels` for a label per timestep");
      }
    },
    "inputs are told apart": ({ inputs }, { source, report }) => {
      const names = inputs.map(({ name }) => name!);
      for (const [index, { name, shape, vocabularySize, scale }] of inputs.entries()) {
        const pointer = `/dataset/inputs/${index}`;
        if (names.indexOf(name!) !== index) {
          const line = source.position(`/dataset/inputs/${names.indexOf(name!)}`).line;
          report("LC1207", pointer, `the input in line ${line} is named \`${name}\` too`, "give each input its `name`");
        }
        if (vocabularySize === undefined) continue;
        if (shape.length !== 1) {
          const message = "a sample of token ids has one axis, its timesteps";
          report("LC1241", `${pointer}/shape`, message, `use \`shape: [${shape[0]}]\``);
        }
        if (scale !== 1) report("LC1241", `${pointer}/scale`, "token ids are not scaled", "remove `scale`");
      }
    },
    "validation samples have all their files, or none": (dataset, { report }) => {
      const all = validationFiles(dataset);
      const given = all.filter(({ file }) => file !== undefined);
      if (given.length === 0) return;
      for (const { pointer, what, file, optional } of all) {
        if (file !== undefined || optional) continue;
        const message = `${what} lack a file of validation samples, which ${given[0]!.what} have`;
        report("LC1262", pointer, message, "add `validation: FILE.npy` here, or remove it there");
      }
    },
  },
});

/** Of the inputs, the targets and the weights, which count alike without a file. */
function validationFiles({ inputs, targets, sampleWeights }: ArraysSource) {
  return [
    ...inputs.map(({ name, validation }, k) => ({
      pointer: `/dataset/inputs/${k}`,
      what: `the samples of \`${name}\``,
      file: validation,
      optional: false,
    })),
    { pointer: "/dataset/targets", what: "the targets", file: targets.validation, optional: false },
    { pointer: "/dataset/sampleWeights", what: "the weights", file: sampleWeights?.validation, optional: true },
  ];
}

function loaderOptions(dataset: ArraysPlan & DatasetPlanBase): string {
  const { kind, classes, shape } = dataset.targets;
  const inputs = dataset.inputFiles.map(({ scale: _, ...files }, k) =>
    objectLiteral([`...INPUTS[${k}]`, ...fileOptions(files)]),
  );
  const targets = [
    `kind: ${literal(kind)}`,
    ...(classes === undefined ? [] : ["classes: CLASSES"]),
    `shape: ${literal(shape)}`,
    ...fileOptions(dataset.targetFiles),
  ];
  const { weightFiles } = dataset;
  return objectLiteral(
    [
      `inputs: [${inputs.join(", ")}]`,
      `targets: ${objectLiteral(targets)}`,
      ...(weightFiles === undefined ? [] : [`sampleWeights: ${objectLiteral(fileOptions(weightFiles))}`]),
      validationOption(dataset.validation),
      "log",
    ],
    "  ",
  );
}

function fileOptions(files: Readonly<Record<keyof PartFiles, string | undefined>>): string[] {
  return Object.entries(files).flatMap(([part, file]) =>
    file === undefined ? [] : [`${part}: dataFile(directory, ${literal(file)})`],
  );
}

/** Inputs that come without targets, for predict.ts. */
function loadInputs(names: readonly string[]): string {
  return [
    "/** Inputs alone, to predict: a .npy file for each. */",
    `export function loadInputs(files: Readonly<Record<${names.map(literal).join(" | ")}, string>>): InputSamples {`,
    "  return loadArrayInputs(INPUTS.map((input) => ({ ...input, file: files[input.name] })));",
    "}",
    "",
  ].join("\n");
}
