import { NAME, partDefinition } from "../schema/definitions.ts";
import { choice, count, type OptionSchema, reference, withDefault } from "../schema/options.ts";
import { fileSchema, type SourceSchema, scaleSchema, validationSchema } from "./schema.ts";

const SIZE = { most: 1_000_000, unit: "" };
const HELD_OUT =
  "a share of the training samples, drawn with training.seed, per class where targets are labels, and held out; or `test`, the test samples. Not beside files of its own, `validation` of `inputs` and `targets`";

/** The files of the parts, as [key, description, example]. */
function files(...parts: readonly (readonly [key: string, description: string, example: string])[]) {
  return Object.fromEntries(parts.map(([key, description, example]) => [key, fileSchema(description, example)]));
}

const INPUT = partDefinition("ArrayInput", {
  description: "One input of the model: floats, or token ids where `vocabularySize` is given.",
  required: ["shape", "train", "test"],
  options: {
    name: withDefault({ description: "Name of the input, an identifier in the generated code.", ...NAME }, "input", [
      "input",
    ]),
    shape: {
      description:
        "Shape of one sample: [timesteps, features], or [features] without time; [timesteps] of token ids; of frames [timesteps, rows, columns, channels], or [rows, columns, channels] of one.",
      type: "array",
      minItems: 1,
      maxItems: 4,
      items: { type: "integer", minimum: 1, maximum: 1_000_000 },
      examples: [[28, 28]],
    },
    vocabularySize: count("Given for token ids, integers in 0..vocabularySize-1 for an embedding layer.", [1000], {
      most: 10_000_000,
      unit: "",
    }),
    scale: scaleSchema("Values are divided by this number; 255 brings pixels into 0..1.", "value", [1, 255]),
    ...files(
      ["train", "File of the training samples.", "x-train.npy"],
      ["validation", "File of the validation samples. Default: see `validation` of the dataset.", "x-valid.npy"],
      ["test", "File of the test samples.", "x-test.npy"],
    ),
  },
});

const TARGETS = partDefinition("ArrayTargets", {
  description: "What the model learns to give.",
  required: ["encoding", "train", "test"],
  options: {
    encoding: choice(
      "labels: integers 0..classes-1; oneHot: a row of `classes` probabilities; numbers: `features` numbers to regress; binary: `features` numbers in 0..1; labelSequence: up to `length` integers 1..classes-1, padded with 0 at the end, for the loss ctc.",
      ["labels", "oneHot", "numbers", "binary", "labelSequence"],
      undefined,
    ),
    classes: count(
      "Given for labels, oneHot and labelSequence, where the blank 0 is one of them: the number of classes.",
      [10],
      {
        least: 2,
        most: 10_000_000,
        unit: "",
      },
    ),
    // Of numbers and binary alone: a default in the schema would be given to the others as well.
    features: count("Numbers per target, for numbers and binary. Default: 1.", [1], SIZE),
    timesteps: count("Given where a sample has one target per timestep.", [28], { ...SIZE, unit: "timesteps" }),
    length: count("Given for labelSequence: labels of the longest sequence.", [12], { ...SIZE, unit: "labels" }),
    ...files(
      [
        "train",
        "File of the training targets: [samples], [samples, size], with timesteps [samples, timesteps(, size)], or for labelSequence [samples, length].",
        "y-train.npy",
      ],
      ["validation", "File of the validation targets. Default: see `validation` of the dataset.", "y-valid.npy"],
      ["test", "File of the test targets.", "y-test.npy"],
    ),
  },
});

const SAMPLE_WEIGHTS = partDefinition("ArraySampleWeights", {
  description: "How much each sample, or each of its timesteps, counts in the loss; metrics count all alike.",
  required: ["train"],
  options: files(
    [
      "train",
      "File of the weights of the training samples, numbers from 0 up: [samples], or [samples, timesteps] where the targets have `timesteps`.",
      "w-train.npy",
    ],
    [
      "validation",
      "File of the weights of the validation samples. Default: those of their training samples where they are held out, else all count alike.",
      "w-valid.npy",
    ],
    ["test", "File of the weights of the test samples. Default: all count alike.", "w-test.npy"],
  ),
});

const options: Readonly<Record<string, OptionSchema>> = {
  inputs: {
    description: "What the model reads, in order; each input has its files.",
    type: "array",
    minItems: 1,
    maxItems: 16,
    items: { $ref: "#/$defs/ArrayInput" },
    examples: [[{ shape: [28, 28], train: "x-train.npy", test: "x-test.npy" }]],
  },
  targets: reference("What the model learns to give.", "ArrayTargets", undefined, {
    encoding: "labels",
    classes: 10,
    train: "y-train.npy",
    test: "y-test.npy",
  }),
  sampleWeights: reference(
    "How much each sample, or with targets per timestep each timestep, counts in the loss, beside `classWeight`. Default: all alike.",
    "ArraySampleWeights",
    undefined,
    { train: "w-train.npy" },
  ),
  validation: validationSchema(HELD_OUT),
};

export const ARRAYS_SCHEMA = {
  options,
  definitions: { ArrayInput: INPUT, ArrayTargets: TARGETS, ArraySampleWeights: SAMPLE_WEIGHTS },
} satisfies Partial<SourceSchema>;
