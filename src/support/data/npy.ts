import { UserError } from "../user-error.ts";

/** The values of a .npy file as they lie there: a view of its bytes. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array;

export interface NpyArray {
  /** numpy's name of the type: float32, int64, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: NpyData;
}

type View = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NpyData;

/** Type descriptors, as the header writes them. */
const TYPES: Readonly<Record<string, { dtype: string; bytes: number; view: View }>> = {
  "|b1": { dtype: "bool", bytes: 1, view: Uint8Array },
  "|u1": { dtype: "uint8", bytes: 1, view: Uint8Array },
  "|i1": { dtype: "int8", bytes: 1, view: Int8Array },
  "<u2": { dtype: "uint16", bytes: 2, view: Uint16Array },
  "<i2": { dtype: "int16", bytes: 2, view: Int16Array },
  "<u4": { dtype: "uint32", bytes: 4, view: Uint32Array },
  "<i4": { dtype: "int32", bytes: 4, view: Int32Array },
  "<i8": { dtype: "int64", bytes: 8, view: BigInt64Array },
  "<f4": { dtype: "float32", bytes: 4, view: Float32Array },
  "<f8": { dtype: "float64", bytes: 8, view: Float64Array },
};

const MAGIC = "\x93NUMPY";
const MAX_HEADER = 65_535;
const SAVE_AGAIN = "replace the file by a whole copy, or write it again with numpy.save";

/**
 * NumPy's array format, versions 1 to 3 (numpy.lib.format), little-endian numbers in C order. The data is not copied.
 * @throws UserError (1) with file, byte or header field, and what to do
 */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6)).toString("latin1");
  if (magic !== MAGIC.slice(0, magic.length) || (magic === "" && bytes.length > 0)) {
    const zip = magic.startsWith("PK");
    const fix = zip ? "write each array of the .npz with numpy.save" : "write the array with numpy.save";
    throw wrong(file, `byte 0: this is not a .npy file${zip ? " but a .npz archive" : ""}`, fix);
  }
  if (bytes.length < 10) throw truncated(file, bytes.length, "the preamble needs 10 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw wrong(
      file,
      `byte 6: version ${version} of the format is not known`,
      "write it with numpy.save, version 1 to 3",
    );
  }
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw truncated(file, bytes.length, `the preamble needs ${headerStart} bytes`);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > MAX_HEADER) throw wrong(file, `byte 8: a header of ${headerLength} bytes is not read`, SAVE_AGAIN);
  const dataStart = headerStart + headerLength;
  if (bytes.length < dataStart) throw truncated(file, bytes.length, `the header ends at byte ${dataStart}`);
  const header = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(headerStart, dataStart));
  const { descr, fortranOrder, shape } = parseHeader(header, file, headerStart);
  const type = TYPES[descr];
  if (type === undefined) throw otherType(file, descr);
  if (fortranOrder && shape.filter((n) => n !== 1).length > 1) {
    const what = "header field fortran_order: the array lies column by column";
    throw wrong(file, what, "write it with numpy.save(path, numpy.ascontiguousarray(array))");
  }
  // In doubles: a product too large to be exact differs from every possible length all the same.
  const count = shape.reduce((product, n) => product * n, 1);
  const found = bytes.length - dataStart;
  if (found !== count * type.bytes) {
    const due = `header field shape: (${shape.join(", ")}) of ${type.dtype} is ${count * type.bytes} bytes`;
    throw wrong(file, `${due}, but ${found} follow byte ${dataStart}`, SAVE_AGAIN);
  }
  const start = bytes.byteOffset + dataStart;
  // NumPy aligns the data to 64 bytes; other writers may not, and typed arrays need it.
  const data =
    start % type.bytes === 0
      ? new type.view(bytes.buffer, start, count)
      : new type.view(bytes.slice(dataStart).buffer, 0, count);
  return { dtype: type.dtype, shape, data };
}

/** The header is a Python dict literal of exactly three keys, in any order, padded by spaces. */
function parseHeader(
  header: string,
  file: string,
  start: number,
): { descr: string; fortranOrder: boolean; shape: number[] } {
  const body = /^\s*\{(.*)\}\s*$/s.exec(header)?.[1];
  if (body === undefined) throw wrong(file, `byte ${start}: the header is not a dict`, SAVE_AGAIN);
  const field = (name: string, value: string): string => {
    const found = new RegExp(`(?:^|,)\\s*['"]${name}['"]\\s*:\\s*(${value})\\s*(?=,|$)`).exec(body);
    if (found === null) throw wrong(file, `header field ${name}: it is missing or malformed`, SAVE_AGAIN);
    return found[1]!;
  };
  if (/['"]descr['"]\s*:\s*\[/.test(body)) {
    throw wrong(file, "header field descr: the array has named fields", "save each field as an array of its own");
  }
  const descr = field("descr", `'[^']*'|"[^"]*"`).slice(1, -1);
  const fortranOrder = field("fortran_order", "True|False") === "True";
  const shape = field("shape", "\\((?:\\s*\\d+\\s*(?:,\\s*\\d+\\s*)*,?)?\\s*\\)").match(/\d+/g) ?? [];
  return { descr, fortranOrder, shape: shape.map(Number) };
}

function otherType(file: string, descr: string): UserError {
  const known = Object.values(TYPES).map(({ dtype }) => dtype);
  const where = `header field descr: ${JSON.stringify(descr.slice(0, 40))}`;
  const fix = "write it with numpy.save(path, array.astype('float32')), or 'int32' for ids and labels";
  if (descr.startsWith("|O")) return wrong(file, `${where} holds Python objects, which are not read`, fix);
  if (descr.startsWith(">") && TYPES[`<${descr.slice(1)}`] !== undefined) {
    return wrong(file, `${where} is big-endian, which is not read`, fix);
  }
  return wrong(file, `${where} is none of ${known.join(", ")}`, fix);
}

function truncated(file: string, length: number, need: string): UserError {
  return wrong(file, `byte ${length}: the file is truncated; ${need}`, SAVE_AGAIN);
}

function wrong(file: string, what: string, fix: string): UserError {
  return new UserError(`${file}, ${what}`, { exitCode: 1, fix });
}

/** A .npy file (version 1) of float32 or int32 values, row-major. */
export function formatNpy(data: Float32Array | Int32Array, shape: readonly number[]): Uint8Array {
  const descr = data instanceof Float32Array ? "<f4" : "<i4";
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const headerLength = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const preamble = Buffer.from(`${MAGIC}\x01\x00  `, "latin1");
  preamble.writeUInt16LE(headerLength, 8);
  const header = Buffer.from(`${dict.padEnd(headerLength - 1)}\n`, "latin1");
  return Buffer.concat([preamble, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
