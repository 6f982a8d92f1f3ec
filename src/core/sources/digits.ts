import { counted } from "../../support/system/counted.ts";
import { literal, objectLiteral } from "../literal.ts";
import { labels } from "../spec/dataset.ts";
import { imageInput, PIXEL_RULES } from "./pixels.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

const CLASSES = 10;

export interface DigitsPlan {
  readonly type: "digits";
  readonly scale: number;
  /** Images that are drawn for training and validation. */
  readonly drawnSamples: number;
  readonly testSamples: number;
  readonly seed: number;
}

export const digits = defineSource({
  type: "digits",
  task: "classify",
  reads: "nothing",
  fileKeys: [],
  heldOut: "drawn",
  fits: false,
  packages: {},
  described: "generated images of digits, 28×28 pixels, read row by row; no files are needed",
  loader: { name: "loadDigits", module: "./support/data/digits.ts", type: "ImageDataset" },
  data: {
    options: ({ drawnSamples, testSamples, validation, seed, scale }) =>
      objectLiteral([
        `trainSamples: ${literal(drawnSamples)}`,
        `testSamples: ${literal(testSamples)}`,
        validationOption(validation),
        `seed: ${literal(seed)}`,
        `scale: ${literal(scale)}`,
      ]),
  },
  inputs: () => [imageInput(28, 28)],
  targets: () => labels(CLASSES),
  plan: ({ scale, trainSamples, testSamples, seed }) => ({
    scale: scale!,
    drawnSamples: trainSamples!,
    testSamples: testSamples!,
    seed: seed!,
  }),
  samples: ({ trainSamples }) => trainSamples!,
  rules: {
    ...PIXEL_RULES,
    "a class has an image to learn from and one to be held out": ({ trainSamples, validation }, { report }) => {
      if (validation === "test" || trainSamples! > CLASSES) return;
      const message = `of ${counted(trainSamples!, "training image")} none can be held out for validation: no class has two`;
      const fix = `use \`trainSamples: ${CLASSES + 1}\` or more, or \`validation: test\``;
      report("LC1264", "/dataset/trainSamples", message, fix);
    },
  },
});
