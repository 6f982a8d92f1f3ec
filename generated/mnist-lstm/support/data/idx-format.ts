import { UserError } from "lstm-compile-runtime/system/user-error.js";

export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** [count, rows, columns], 0..255 */
  readonly pixels: Uint8Array;
}

const UINT8 = 0x08;

/** The format's other types of data, none of which is read. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};

/** IDX images of unsigned bytes, three dimensions. @throws UserError (1) naming the file and what is wrong */
export function parseIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const { dimensions, data } = parseIdx(bytes, file, 3);
  const [count, rows, columns] = dimensions as [number, number, number];
  return { count, rows, columns, pixels: data };
}

/**
 * IDX labels, one unsigned byte each.
 * @param fix what to do about a label outside the classes, from the largest one
 * @throws UserError (1) naming the file and what is wrong
 */
export function parseIdxLabels(
  bytes: Uint8Array,
  file: string,
  classes: number,
  fix: (largest: number) => string,
): Uint8Array {
  const { data } = parseIdx(bytes, file, 1);
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new UserError(`${file}: label ${data[wrong]} at index ${wrong}, but the classes are 0..${classes - 1}`, {
      exitCode: 1,
      fix: fix(data.reduce((largest, label) => Math.max(largest, label), 0)),
    });
  }
  return data;
}

/** The format: two zero bytes, the type, the number of dimensions, each dimension as a big-endian uint32, the data. */
function parseIdx(bytes: Uint8Array, file: string, rank: number): { dimensions: number[]; data: Uint8Array } {
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw damaged(
      file,
      `it is truncated: ${bytes.length} bytes are there, but the IDX header alone needs ${headerBytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const wanted = (UINT8 << 8) | rank;
  if (magic !== wanted) throw otherKind(file, magic, wanted);
  const dimensions = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  // In doubles: a product too large to be exact differs from every possible length all the same.
  const size = dimensions.reduce((product, n) => product * n, 1);
  const data = bytes.subarray(headerBytes);
  if (size === 0) throw damaged(file, `it holds nothing: its header says ${dimensions.join(" × ")}`);
  if (data.length !== size) {
    const what = data.length < size ? "truncated" : "too long";
    const shape = dimensions.join(" × ");
    throw damaged(
      file,
      `it is ${what}: the header says ${shape}, which is ${size} bytes after it, but ${data.length} are there`,
    );
  }
  return { dimensions, data };
}

function otherKind(file: string, magic: number, wanted: number): UserError {
  const [zeros, type, rank] = [magic >>> 16, (magic >>> 8) & 0xff, magic & 0xff];
  if (zeros !== 0 || (type !== UINT8 && OTHER_TYPES[type] === undefined)) {
    return damaged(file, `it is not an IDX file: it begins with ${hex(magic)}, not with ${hex(wanted)}`);
  }
  const message =
    type === UINT8
      ? `${file}: its data has ${rank} dimension${rank === 1 ? "" : "s"}, not ${wanted & 0xff}`
      : `${file}: it holds ${OTHER_TYPES[type]}`;
  const fix =
    type === UINT8
      ? "name image files (3 dimensions) and label files (1 dimension) each in its place"
      : "write it with unsigned bytes (type 0x08)";
  return new UserError(message, { exitCode: 1, fix });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function damaged(file: string, what: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${what}`, { exitCode: 1, fix: "replace the file by a whole copy", cause });
}
