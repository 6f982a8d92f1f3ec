import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { placed } from "./places.ts";
import type { TableFormat, TableProblem } from "./table.ts";

const PART = 1 << 17; // bytes

/** First bytes of files that are no text. */
const MAGIC: readonly (readonly [hex: string, what: string, fix: string])[] = [
  ["504b0304", "a ZIP archive, such as an Excel workbook", "export the sheet as CSV, or unpack it"],
  ["d0cf11e0", "an Excel workbook", "export the sheet as CSV"],
  ["50415231", "a Parquet file", "say `format: parquet`"],
];

/** The first and last bytes of a file. */
export interface Ends {
  readonly size: number;
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly compression: "none" | "gzip" | "zstd";
}

export function readEnds(file: string): Ends {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const read = (from: number): Buffer => {
      const part = Buffer.alloc(Math.min(PART, size));
      return part.subarray(0, readSync(descriptor, part, 0, part.length, from));
    };
    const head = read(0);
    const first = head.subarray(0, 4).toString("hex");
    const compression = first.startsWith("1f8b") ? "gzip" : first === "28b52ffd" ? "zstd" : "none";
    return { size, head, tail: read(Math.max(0, size - PART)), compression };
  } finally {
    closeSync(descriptor);
  }
}

/** Why a file is no text; undefined where it can be. */
export function noText(file: string, { head, size }: Ends): TableProblem | undefined {
  if (size === 0) return placed("emptyFile", "the file is empty", [{ file, row: 0 }], "give a header and rows");
  const start = head.subarray(0, 4).toString("hex");
  const magic = MAGIC.find(([first]) => start === first);
  return magic && placed("noText", `the file is ${magic[1]}`, [{ file, row: 0 }], magic[2]);
}

/** The encoding that a byte order mark names. */
export function markedEncoding({ head }: Ends): "utf-16" | undefined {
  return /^(fffe|feff)/.test(head.subarray(0, 2).toString("hex")) ? "utf-16" : undefined;
}

/** The whole lines at the start of a file in UTF-8. */
export function headText({ head, size }: Ends): string {
  const text = new TextDecoder("utf-8").decode(head);
  if (head.length === size) return text;
  const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
  return end < 0 ? text : text.slice(0, end + 1);
}

/** The last lines of a file, a character for each byte. */
export function tailLines({ tail, size }: Ends): { lines: string[]; isWhole: boolean } {
  const text = tail.toString("latin1");
  const isWhole = tail.length === size;
  const lines = text.replace(/\r\n$|[\r\n]$/, "").split(/\r\n|\n|\r/);
  return { lines: isWhole ? lines : lines.slice(1), isWhole };
}

export interface CopyOptions {
  readonly compression: Ends["compression"];
  readonly encoding: NonNullable<TableFormat["encoding"]>;
  /** Lines that begin so are left out. */
  readonly comment: string | undefined;
  /** Lines at the end that are left out. */
  readonly footer: number;
}

/**
 * Writes a text as UTF-8 with LF, without its comments and footer.
 * @returns the problem where bytes are no text in the encoding
 */
export async function copyText(file: string, target: string, options: CopyOptions): Promise<TableProblem | undefined> {
  let rows = 0;
  async function* copied(): AsyncGenerator<string> {
    const late: string[] = []; // lines that may be footer
    for await (const line of linesOf(file, options)) {
      if (options.comment !== undefined && line.startsWith(options.comment)) continue;
      late.push(`${line}\n`);
      if (late.length > options.footer) yield late.shift()!;
      rows++;
    }
  }
  try {
    await pipeline(Readable.from(copied(), { highWaterMark: 1000 }), createWriteStream(target));
    return undefined;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = `the file is not text in ${options.encoding} from about here on`;
    return placed("encoding", message, [{ file, row: rows }], "say which with `encoding`");
  }
}

/** @throws TypeError where bytes are no text in the encoding */
async function* linesOf(file: string, { compression, encoding }: CopyOptions): AsyncGenerator<string> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 });
  const source: AsyncIterable<Buffer> = compression === "gzip" ? bytes.pipe(createGunzip()) : bytes;
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let rest = "";
  for await (const chunk of source) {
    const isBigEndian = chunk[0] === 0xfe && chunk[1] === 0xff;
    const label =
      encoding === "latin-1" ? "latin1" : encoding === "utf-16" ? (isBigEndian ? "utf-16be" : "utf-16le") : encoding;
    decoder ??= new TextDecoder(label, { fatal: true });
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    yield* lines;
  }
  rest += decoder?.decode() ?? "";
  if (rest !== "") yield rest.replace(/\r$/, "");
}
