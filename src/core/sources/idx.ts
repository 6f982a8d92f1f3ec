import { literal, objectLiteral } from "../literal.ts";
import { count } from "../schema/options.ts";
import { labels } from "../spec/dataset.ts";
import { filesUnder } from "./files.ts";
import { imageInput, PIXEL_RULES } from "./pixels.ts";
import { DRAWN_PER_CLASS, fileSchema, PIXEL_SCALE, validationSchema } from "./schema.ts";
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

const PIXELS = { most: 4096, unit: "pixels" };

export const idx = defineSource({
  type: "idx",
  schema: {
    description:
      "Images and labels in IDX files, plain or .gz, found in the folder that --data names; each image row is one timestep.",
    required: ["trainImages", "trainLabels", "testImages", "testLabels", "rows", "columns", "classes"],
    options: {
      trainImages: fileSchema("File of the training images.", "train-images-idx3-ubyte"),
      trainLabels: fileSchema("File of the training labels.", "train-labels-idx1-ubyte"),
      validationImages: fileSchema(
        "File of the validation images. Default: see `validation`.",
        "valid-images-idx3-ubyte",
      ),
      validationLabels: fileSchema(
        "File of the validation labels. Given with `validationImages`. Default: see `validation`.",
        "valid-labels-idx1-ubyte",
      ),
      testImages: fileSchema("File of the test images.", "t10k-images-idx3-ubyte"),
      testLabels: fileSchema("File of the test labels.", "t10k-labels-idx1-ubyte"),
      validation: validationSchema(`${DRAWN_PER_CLASS}. Not beside \`validationImages\``),
      rows: count("Rows of an image: the timesteps.", [28], PIXELS),
      columns: count("Columns of an image: the features of a timestep.", [28], PIXELS),
      classes: count("Number of classes; labels are 0..classes-1.", [10], { least: 2, most: 256, unit: "" }),
      scale: PIXEL_SCALE,
    },
  },
  task: "classify",
  reads: "files",
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
  files: (dataset) =>
    filesUnder(dataset, [
      "trainImages",
      "trainLabels",
      "validationImages",
      "validationLabels",
      "testImages",
      "testLabels",
    ]),
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
