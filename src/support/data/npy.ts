import { UserError } from "../system/user-error.ts";

/** The values of a .npy file. 64-bit integers are numbers here, which hold them exactly up to 2^53; 16-bit floats are 32-bit ones. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface NpyArray {
  /** numpy's name of the type: float32, int64, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: NpyData;
}

interface Type {
  readonly dtype: string;
  readonly bytes: number;
  /** Of the values here. */
  readonly array: (new (length: number) => NpyData) & (new (buffer: ArrayBufferLike, at: number, n: number) => NpyData);
  /** Whether little-endian bytes are the values, so that a view of the file does. */
  readonly viewed: boolean;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

/** Types by numpy's kind and size, as a header has them after the byte order. */
const TYPES: Readonly<Record<string, Type>> = {
  b1: { dtype: "bool", bytes: 1, array: Uint8Array, viewed: true, read: (view, at) => view.getUint8(at) },
  u1: { dtype: "uint8", bytes: 1, array: Uint8Array, viewed: true, read: (view, at) => view.getUint8(at) },
  i1: { dtype: "int8", bytes: 1, array: Int8Array, viewed: true, read: (view, at) => view.getInt8(at) },
  u2: { dtype: "uint16", bytes: 2, array: Uint16Array, viewed: true, read: (view, at, le) => view.getUint16(at, le) },
  i2: { dtype: "int16", bytes: 2, array: Int16Array, viewed: true, read: (view, at, le) => view.getInt16(at, le) },
  u4: { dtype: "uint32", bytes: 4, array: Uint32Array, viewed: true, read: (view, at, le) => view.getUint32(at, le) },
  i4: { dtype: "int32", bytes: 4, array: Int32Array, viewed: true, read: (view, at, le) => view.getInt32(at, le) },
  u8: {
    dtype: "uint64",
    bytes: 8,
    array: Float64Array,
    viewed: false,
    read: (view, at, le) => from64Bits(view.getUint32(at + (le ? 4 : 0), le), view.getUint32(at + (le ? 0 : 4), le)),
  },
  i8: {
    dtype: "int64",
    bytes: 8,
    array: Float64Array,
    viewed: false,
    read: (view, at, le) => from64Bits(view.getInt32(at + (le ? 4 : 0), le), view.getUint32(at + (le ? 0 : 4), le)),
  },
  f2: {
    dtype: "float16",
    bytes: 2,
    array: Float32Array,
    viewed: false,
    read: (view, at, le) => fromFloat16(view.getUint16(at, le)),
  },
  f4: {
    dtype: "float32",
    bytes: 4,
    array: Float32Array,
    viewed: true,
    read: (view, at, le) => view.getFloat32(at, le),
  },
  f8: {
    dtype: "float64",
    bytes: 8,
    array: Float64Array,
    viewed: true,
    read: (view, at, le) => view.getFloat64(at, le),
  },
};

/** Exact up to 2^53; what is larger stays larger. */
function from64Bits(high: number, low: number): number {
  return high * 2 ** 32 + low;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of mantissa. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const MAGIC = "\x93NUMPY";
const MAX_HEADER = 65_535;
const SAVE_AGAIN = "replace the file by a whole copy, or write it again with numpy.save";

/**
 * NumPy's array format, versions 1 to 3 (numpy.lib.format). Little-endian numbers in C order are not copied but for 64-bit integers and
 * 16-bit floats; all else is copied once.
 * @throws UserError (1) with file, byte or header field, and what to do
 */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6)).toString("latin1");
  if (magic !== MAGIC.slice(0, magic.length) || (magic === "" && bytes.length > 0)) throw otherFormat(bytes, file);
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
  const [, order = "", kind = ""] = /^([<>|])([buif]\d+)$/.exec(descr) ?? [];
  const type = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  if (type === undefined || (order === "|" && type.bytes > 1)) throw otherType(file, descr);
  // In doubles: a product too large to be exact differs from every possible length all the same.
  const count = shape.reduce((product, n) => product * n, 1);
  const found = bytes.length - dataStart;
  if (found !== count * type.bytes) {
    const due = `header field shape: ${tuple(shape)} of ${type.dtype} is ${count * type.bytes} bytes`;
    throw wrong(file, `${due}, but ${found} follow byte ${dataStart}`, SAVE_AGAIN);
  }
  const columnOrder = fortranOrder && shape.filter((n) => n !== 1).length > 1;
  const start = bytes.byteOffset + dataStart;
  // NumPy aligns the data to 64 bytes; other writers may not, and typed arrays need it.
  const direct = type.viewed && order !== ">" && !columnOrder && start % type.bytes === 0;
  const array: NpyArray = {
    dtype: type.dtype,
    shape,
    data: direct
      ? new type.array(bytes.buffer, start, count)
      : decode(new DataView(bytes.buffer, start, found), type, order !== ">", columnOrder ? shape : [count]),
  };
  checkExact(array, file);
  return array;
}

/** The values in row order; with several axes they lie in column order. */
function decode(view: DataView, { array, bytes, read }: Type, little: boolean, shape: readonly number[]): NpyData {
  const count = view.byteLength / bytes;
  const data = new array(count);
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    data[to] = read(view, from * bytes, little);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return data;
}

/** Refuses what numbers cannot hold, and bytes that are no truth values. */
function checkExact(array: NpyArray, file: string): void {
  const { dtype, data } = array;
  const whole = dtype === "int64" || dtype === "uint64";
  if (!whole && dtype !== "bool") return;
  const largest = whole ? Number.MAX_SAFE_INTEGER : 1;
  for (let k = 0; k < data.length; k++) {
    if (Math.abs(data[k]!) <= largest) continue;
    const where = placeInArray(array, file, k);
    if (!whole)
      throw new UserError(`${where} is the byte ${data[k]}, but a bool is 0 or 1`, { exitCode: 1, fix: SAVE_AGAIN });
    throw new UserError(`${where} is about ${data[k]}: whole numbers beyond 2^53 are not read`, {
      exitCode: 1,
      fix: "subtract or divide in NumPy, and write the array with array.astype('float32')",
    });
  }
}

/** "x.npy[12, 3]": a value's place. */
export function placeInArray(array: NpyArray, file: string, flat: number): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of array.shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `${file}[${index.join(", ")}]`;
}

/** "(40, 5, 2)", as Python writes a shape. */
export function tuple(shape: readonly (number | string)[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** How other formats begin, in latin1. */
const FORMATS: readonly (readonly [start: string, what: string])[] = [
  ["\x89HDF", "an HDF5 file"],
  ["\x80", "a Python pickle"],
  ["MATLAB", "a MATLAB file"],
  ["PAR1", "a Parquet file"],
];

function otherFormat(bytes: Uint8Array, file: string): UserError {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 300)).toString("latin1");
  const name = JSON.stringify(file.slice(file.lastIndexOf("/") + 1));
  if (start.startsWith("PK")) {
    // The name of a zip archive's first file follows a header of 30 bytes.
    const first = /^[\w.-]{1,40}(?=\.npy)/.exec(start.slice(30))?.[0] ?? "x";
    const fix = `write each array into a file of its own, such as numpy.save("${first}.npy", numpy.load(${name})["${first}"])`;
    return wrong(file, "byte 0: this is not a .npy file but a .npz archive of several", fix);
  }
  const other = FORMATS.find(([magic]) => start.startsWith(magic))?.[1];
  const what = other === undefined ? "" : ` but ${other}`;
  return wrong(file, `byte 0: this is not a .npy file${what}`, "write the array with numpy.save");
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

/** What to do about types that are not read, by numpy's kind. */
const OTHER_TYPES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  O: [
    "holds Python objects, which are not read",
    "make an array of numbers first: numpy.array(list(array), dtype='float32'), or 'int32' for ids and labels; rows of different lengths need padding",
  ],
  U: [
    "holds text, which is not read",
    "number the classes: numpy.save(path, numpy.unique(array, return_inverse=True)[1])",
  ],
  c: [
    "holds complex numbers, which are not read",
    "give real and imaginary part as two features: numpy.stack([array.real, array.imag], -1)",
  ],
  M: [
    "holds dates, which are not read",
    "give numbers, such as the days since the first: (array - array.min()) / numpy.timedelta64(1, 'D')",
  ],
  m: ["holds spans of time, which are not read", "give numbers, such as seconds: array / numpy.timedelta64(1, 's')"],
};

function otherType(file: string, descr: string): UserError {
  const kind = /^[<>|=]?([A-Za-z])/.exec(descr)?.[1] ?? "";
  const where = `header field descr: ${JSON.stringify(descr.slice(0, 40))}`;
  const name = kind === "S" || kind === "a" ? "U" : kind;
  const known = Object.hasOwn(OTHER_TYPES, name) ? OTHER_TYPES[name] : undefined;
  if (known !== undefined) return wrong(file, `${where} ${known[0]}`, known[1]);
  const types = Object.values(TYPES).map(({ dtype }) => dtype);
  const fix = "write it with numpy.save(path, array.astype('float32')), or 'int32' for ids and labels";
  return wrong(file, `${where} is none of ${types.join(", ")}`, fix);
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
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  const headerLength = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const preamble = Buffer.from(`${MAGIC}\x01\x00  `, "latin1");
  preamble.writeUInt16LE(headerLength, 8);
  const header = Buffer.from(`${dict.padEnd(headerLength - 1)}\n`, "latin1");
  return Buffer.concat([preamble, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
