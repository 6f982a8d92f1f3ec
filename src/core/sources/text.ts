import { literal, objectLiteral } from "../literal.ts";
import { choice, count } from "../schema/options.ts";
import { labels } from "../spec/dataset.ts";
import { filesUnder } from "./files.ts";
import { dataFileSchema, shareSchema, timestepsSchema, validationSchema } from "./schema.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

export interface TextPlan {
  readonly type: "text";
  readonly path: string;
  readonly testFraction: number;
  readonly encoding: "oneHot" | "ids";
}

export const text = defineSource({
  type: "text",
  schema: {
    description: "A text file read by characters: the model predicts the next one.",
    required: ["path", "timesteps"],
    options: {
      path: dataFileSchema("poem.txt"),
      timesteps: timestepsSchema("Characters that the model reads before the one it predicts.", 32),
      vocabularySize: count(
        "Size of the vocabulary: the most frequent characters, and one slot for all others.",
        [64],
        { least: 2, fallback: 64, unit: "" },
      ),
      testFraction: shareSchema("Share of the text, at the end, kept for testing.", 0.1),
      validation: validationSchema("a share of the text before the test part, at its end; or `test`, the test part"),
      encoding: choice(
        "What the model reads of a character: oneHot, a row of the vocabulary's size; ids, its index, for an embedding layer.",
        ["oneHot", "ids"],
        "oneHot",
      ),
    },
  },
  task: "generate",
  reads: "files",
  heldOut: "last",
  fits: true,
  packages: {},
  described: "characters of a text file; the test part is its end",
  loader: { name: "loadText", module: "./support/data/text.ts", type: "TextDataset" },
  data: {
    options: ({ path, testFraction, validation, encoding }, { consecutive }) =>
      objectLiteral([
        `file: dataFile(directory, ${literal(path)})`,
        "timesteps: TIMESTEPS",
        "vocabularySize: CLASSES",
        `testFraction: ${literal(testFraction)}`,
        validationOption(validation),
        `encoding: ${literal(encoding)}`,
        ...(consecutive ? ["consecutive: true"] : []),
      ]).concat(", log"),
  },
  files: (dataset) => filesUnder(dataset, ["path"]),
  inputs: ({ encoding, timesteps, vocabularySize }) =>
    encoding === "ids"
      ? [{ name: "input", shape: [timesteps], kind: "ids", vocabularySize }]
      : [{ name: "input", shape: [timesteps, vocabularySize!], kind: "floats", vocabularySize: undefined }],
  targets: ({ vocabularySize }) => labels(vocabularySize!),
  plan: ({ path, testFraction, encoding }) => ({ path, testFraction: testFraction!, encoding: encoding! }),
  rules: {},
});
