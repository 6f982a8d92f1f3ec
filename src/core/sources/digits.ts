import { counted } from "../../support/system/counted.ts";
import { literal, objectLiteral } from "../literal.ts";
import { count, withDefault } from "../schema/options.ts";
import { labels } from "../spec/dataset.ts";
import { imageInput, PIXEL_RULES } from "./pixels.ts";
import { DRAWN_PER_CLASS, PIXEL_SCALE, validationSchema } from "./schema.ts";
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

const SAMPLES = { most: 1_000_000, unit: "samples" };

export const digits = defineSource({
  type: "digits",
  schema: {
    description: "Generated images of digits, 28×28 pixels: no files and no network.",
    options: {
      trainSamples: count("Training images to generate.", [6000], { ...SAMPLES, fallback: 6000 }),
      testSamples: count("Test images to generate.", [1000], { ...SAMPLES, fallback: 1000 }),
      seed: withDefault(
        { description: "Seed of the drawing.", type: "integer", minimum: 0, maximum: 2 ** 32 - 1 },
        1,
        [1],
      ),
      validation: validationSchema(DRAWN_PER_CLASS),
      scale: PIXEL_SCALE,
    },
  },
  task: "classify",
  reads: "nothing",
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
  files: () => [],
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
