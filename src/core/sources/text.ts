import { literal, objectLiteral } from "../literal.ts";
import { labels } from "../spec/dataset.ts";
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
  task: "generate",
  reads: "files",
  fileKeys: ["path"],
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
  inputs: ({ encoding, timesteps, vocabularySize }) =>
    encoding === "ids"
      ? [{ name: "input", shape: [timesteps], kind: "ids", vocabularySize }]
      : [{ name: "input", shape: [timesteps, vocabularySize!], kind: "floats", vocabularySize: undefined }],
  targets: ({ vocabularySize }) => labels(vocabularySize!),
  plan: ({ path, testFraction, encoding }) => ({ path, testFraction: testFraction!, encoding: encoding! }),
  rules: {},
});
