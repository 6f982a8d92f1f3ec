import { UserError } from "../../support/system/user-error.ts";
import type { Format, ModelFile, OpenFile } from "./format.ts";
import { KERAS_HDF5 } from "./hdf5/format.ts";
import { KERAS_ARCHIVE } from "./keras/format.ts";
import { LAYERS_MODEL } from "./layersmodel/format.ts";

/** All that `import` and `weights` know; docs/models.md lists them. */
export const FORMATS: readonly Format[] = [KERAS_ARCHIVE, KERAS_HDF5, LAYERS_MODEL];

type Written = Format & Required<Pick<Format, "write">>;

const WRITTEN = FORMATS.filter((format): format is Written => format.write !== undefined);

/** "a Keras archive (.keras), a Keras HDF5 file (.h5, .weights.h5) or …" */
export function readableFormats(): string {
  const names = FORMATS.flatMap(({ name, endings, read }) => (read ? [`${name} (${endings.join(", ")})`] : []));
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** The format in which a file of this name is written; undefined where there is none. */
export function formatToWrite(fileName: string): Written | undefined {
  const fits = (ending: string): boolean => (ending.startsWith(".") ? fileName.endsWith(ending) : fileName === ending);
  return WRITTEN.find(({ write }) => fits(write.ending));
}

/** ".keras, .weights.h5 or model.json" */
export function writtenEndings(): string {
  const endings = WRITTEN.map(({ write }) => write.ending);
  return `${endings.slice(0, -1).join(", ")} or ${endings.at(-1)}`;
}

/**
 * Reads a file of whatever format its first bytes show.
 * @throws UserError (exit code 2) where it is damaged, over a limit or something else
 */
export async function readModelFile(file: OpenFile): Promise<ModelFile> {
  const format = FORMATS.find(({ recognizes }) => recognizes(file.bytes));
  if (format?.read !== undefined) return format.read(file);
  throw new UserError(`${file.path} is not ${readableFormats()}`, { exitCode: 2, fix: "check the file's name" });
}
