import { literal, objectLiteral } from "../literal.ts";
import { labels } from "../spec/dataset.ts";
import { imageInput, PIXEL_RULES } from "./pixels.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

export interface IdxPlan {
  readonly type: "idx";
  readonly scale: number;
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly validationImages: string | undefined;
  readonly validationLabels: string | undefined;
  readonly testImages: string;
  readonly testLabels: string;
}

const file = (path: string): string => `dataFile(directory, ${literal(path)})`;

export const idx = defineSource({
  type: "idx",
  task: "classify",
  reads: "files",
  fileKeys: ["trainImages", "trainLabels", "validationImages", "validationLabels", "testImages", "testLabels"],
  heldOut: "drawn",
  fits: false,
  packages: {},
  described: "images and labels in IDX files, read row by row",
  loader: { name: "loadIdx", module: "./support/data/idx.ts", type: "ImageDataset" },
  data: {
    options: ({ scale, validation, validationImages, validationLabels, ...files }) =>
      objectLiteral([
        `trainImages: ${file(files.trainImages)}`,
        `trainLabels: ${file(files.trainLabels)}`,
        validation === "files"
          ? `validation: ${objectLiteral([`images: ${file(validationImages!)}`, `labels: ${file(validationLabels!)}`])}`
          : validationOption(validation),
        `testImages: ${file(files.testImages)}`,
        `testLabels: ${file(files.testLabels)}`,
        "rows: TIMESTEPS",
        "columns: FEATURES",
        "classes: CLASSES",
        `scale: ${literal(scale)}`,
        "log",
      ]),
  },
  inputs: ({ rows, columns }) => [imageInput(rows, columns)],
  targets: ({ classes }) => labels(classes),
  plan: ({ scale, trainImages, trainLabels, validationImages, validationLabels, testImages, testLabels }) => ({
    scale: scale!,
    trainImages,
    trainLabels,
    validationImages,
    validationLabels,
    testImages,
    testLabels,
  }),
  hasValidationFiles: ({ validationImages, validationLabels }) =>
    validationImages !== undefined || validationLabels !== undefined,
  rules: {
    ...PIXEL_RULES,
    "validation images have labels": ({ validationImages, validationLabels }, { report }) => {
      if ((validationImages === undefined) === (validationLabels === undefined)) return;
      const [given, missing] =
        validationImages === undefined
          ? ["validationLabels", "validationImages"]
          : ["validationImages", "validationLabels"];
      const fix = `add \`${missing}\`, or remove \`${given}\``;
      report("LC1262", `/dataset/${given}`, `\`${given}\` needs \`${missing}\` beside it`, fix);
    },
  },
});
