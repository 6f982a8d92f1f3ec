import { literal, objectLiteral } from "../literal.ts";
import { labels } from "../spec/dataset.ts";
import { imageInput, PIXEL_RULES } from "./pixels.ts";
import { DRAWN_PER_CLASS, PIXEL_SCALE, validationSchema } from "./schema.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

export interface MnistPlan {
  readonly type: "mnist";
  readonly scale: number;
}

export const mnist = defineSource({
  type: "mnist",
  schema: {
    description:
      "MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 pixels, each row one timestep.",
    options: { scale: PIXEL_SCALE, validation: validationSchema(DRAWN_PER_CLASS) },
  },
  task: "classify",
  reads: "download",
  heldOut: "drawn",
  fits: false,
  packages: {},
  described: "MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 pixels, read row by row",
  loader: { name: "loadMnist", module: "./support/data/mnist.ts", type: "ImageDataset" },
  data: {
    imports: () => ({ "./support/system/cache.ts": ["cacheDirectory"] }),
    options: ({ scale, validation }) =>
      objectLiteral([
        "directory",
        "cacheDirectory: cacheDirectory()",
        validationOption(validation),
        `scale: ${literal(scale)}`,
        "log",
      ]),
  },
  files: () => [],
  inputs: () => [imageInput(28, 28)],
  targets: () => labels(10),
  plan: ({ scale }) => ({ scale: scale! }),
  samples: () => 60_000,
  rules: PIXEL_RULES,
});
