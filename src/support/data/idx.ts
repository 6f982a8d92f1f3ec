import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { classWarnings } from "./class-warnings.ts";
import type { ImageDataset, ImageSplit } from "./dataset.ts";
import { parseIdxImages, parseIdxLabels } from "./idx-format.ts";
import { imageSplit } from "./image-split.ts";
import { readDataFile } from "./read-file.ts";
import { shortNames } from "./short-names.ts";
import { sortedRecord } from "./sorted-record.ts";
import { type ValidationSplit, withValidation } from "./splits.ts";

export interface IdxOptions {
  readonly trainImages: string;
  readonly trainLabels: string;
  /** Files of their own, or where else the validation samples come from. */
  readonly validation: ValidationSplit | { readonly images: string; readonly labels: string };
  readonly testImages: string;
  readonly testLabels: string;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** Pixels are divided by this. */
  readonly scale: number;
  /** Gets what looks wrong but may be meant. */
  readonly log?: (line: string) => void;
}

/** Pairs of IDX files. @throws UserError (3) where a file is missing, (1) where it is damaged or does not fit */
export function loadIdx(options: IdxOptions): ImageDataset {
  const { validation } = options;
  const own = typeof validation === "object" && "images" in validation ? validation : undefined;
  const files = [
    options.trainImages,
    options.trainLabels,
    ...(own === undefined ? [] : [own.images, own.labels]),
    options.testImages,
    options.testLabels,
  ];
  const names = shortNames(files);
  const checksums = new Map<string, string>();
  const read = (path: string): Uint8Array => {
    const bytes = readDataFile(path);
    checksums.set(names.get(path)!, sha256(bytes));
    return bytes;
  };
  const labelled = (imageFile: string, labelFile: string): LabelledImages => {
    const images = parseIdxImages(read(imageFile), imageFile);
    const labels = parseIdxLabels(
      read(labelFile),
      labelFile,
      options.classes,
      (largest) =>
        `use \`classes: ${largest + 1}\` in the spec, and as many units of the last layer, or correct the file`,
    );
    if (images.rows !== options.rows || images.columns !== options.columns) {
      throw new UserError(
        `${imageFile}: images of ${images.rows}x${images.columns} pixels, but the model reads ${options.rows}x${options.columns}`,
        { exitCode: 1, fix: "correct dataset.rows and dataset.columns in the spec, or scale the images" },
      );
    }
    if (images.count !== labels.length) {
      throw new UserError(`${labelFile}: ${labels.length} labels, but ${imageFile} has ${images.count} images`, {
        exitCode: 1,
        fix: "give labels and images that belong together",
      });
    }
    return {
      labels,
      split: imageSplit(images, labels, options.scale),
      seen: { file: labelFile, classes: new Set(labels) },
    };
  };
  const train = labelled(options.trainImages, options.trainLabels);
  const valid = own === undefined ? undefined : labelled(own.images, own.labels);
  const test = labelled(options.testImages, options.testLabels);
  const warnings = [...(valid === undefined ? [] : [valid]), test].flatMap(({ seen }) =>
    classWarnings(train.seen, seen),
  );
  for (const warning of new Set(warnings)) options.log?.(`warning: ${warning}`);
  const splits = { train: train.split, test: test.split };
  return {
    ...(valid === undefined
      ? withValidation(splits, validation as ValidationSplit, train.labels)
      : { ...splits, validation: valid.split }),
    source: `IDX files ${options.trainImages} and ${options.testImages}`,
    checksums: sortedRecord(checksums),
  };
}

interface LabelledImages {
  readonly split: ImageSplit;
  readonly labels: Uint8Array;
  /** For warnings. */
  readonly seen: { readonly file: string; readonly classes: ReadonlySet<number> };
}
