import { constants } from "node:buffer";
import { basename } from "node:path";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { csvError } from "./csv-problems.ts";
import { readDataFile } from "./read-file.ts";

export interface CsvCell {
  readonly text: string;
  /** Offset into the table's text. */
  readonly start: number;
}

/** What separates cells in files that are called CSV, and its name. */
export const DELIMITERS: ReadonlyMap<string, string> = new Map([
  [",", "commas"],
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "vertical bars"],
]);

/** A CSV file: its text, its header, and where its rows begin. Cells are cut out of the text when they are asked for. */
export interface CsvTable {
  readonly file: string;
  readonly text: string;
  readonly delimiter: string;
  readonly header: readonly CsvCell[];
  /** Names of the columns: the header's cells without the spaces around them. */
  readonly names: readonly string[];
  /** Offset of each row below the header. */
  readonly starts: readonly number[];
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Reads a CSV file with a header row. Empty lines at its end are dropped.
 * @throws UserError (3) where the file is missing, (1) with file, line and column where it is no such table
 */
export function readTable(file: string): CsvTable {
  const bytes = readDataFile(file);
  const text = decode(bytes, file);
  const table = parseTable(text, ",", file);
  if (text.trim() === "") throw wrong(file, 1, 1, "the file is empty", "give a header row and rows of numbers");
  return { ...table, checksums: { [basename(file)]: sha256(bytes) } };
}

export function parseTable(text: string, delimiter: string, file: string): CsvTable {
  const starts: number[] = [];
  const cells: CsvCell[] = [];
  const blank = (): boolean => cells.length === 1 && cells[0]!.text.trim() === "";
  let filled = 0; // rows up to the last one that is no empty line
  for (let at = 0; at <= text.length; ) {
    starts.push(at);
    cells.length = 0;
    at = readRecord({ text, delimiter, file }, at, cells);
    if (!blank()) filled = starts.length;
  }
  starts.length = filled;
  const header: CsvCell[] = [];
  readRecord({ text, delimiter, file }, 0, header);
  const names = header.map((cell) => cell.text.trim());
  return { file, text, delimiter, header, names, starts: starts.slice(1), checksums: {} };
}

/** The cells of a row below the header. */
export function rowCells(table: CsvTable, row: number): CsvCell[] {
  const cells: CsvCell[] = [];
  readRecord(table, table.starts[row]!, cells);
  return cells;
}

const [QUOTE, LF, CR] = [34, 10, 13];

type Source = Pick<CsvTable, "text" | "delimiter" | "file">;

/**
 * Appends the cells of the record at `at` and gives the offset of the next one, beyond the text's end where there is none.
 * RFC 4180: quotes, doubled quotes, line breaks inside quotes; lines end in CRLF, LF or CR.
 */
function readRecord({ text, delimiter, file }: Source, at: number, cells: CsvCell[]): number {
  const separator = delimiter.charCodeAt(0);
  for (;;) {
    const start = at;
    if (text.charCodeAt(at) === QUOTE) {
      at = endOfQuote(text, at, file);
      cells.push({ text: text.slice(start + 1, at - 1).replaceAll('""', '"'), start });
      const next = text.charCodeAt(at);
      if (at < text.length && next !== separator && next !== LF && next !== CR) {
        const other = DELIMITERS.get(text[at]!);
        const what =
          other === undefined ? "text follows a closing quote" : `the columns are separated by ${other}, not by commas`;
        throw wrongAt({ text, file }, at, what, "separate cells by commas");
      }
    } else {
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === separator || code === LF || code === CR) break;
      }
      cells.push({ text: text.slice(start, at), start });
    }
    if (text.charCodeAt(at) !== separator) break;
    at++;
  }
  if (at >= text.length) return text.length + 1;
  return at + (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1);
}

/** The offset behind the quote that closes the one at `start`; a doubled quote is one of the text. */
function endOfQuote(text: string, start: number, file: string): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw wrongAt({ text, file }, start, "a quote is never closed", "close it");
    if (text.charCodeAt(at + 1) !== QUOTE) return at + 1;
  }
}

/** First bytes of files that are no text. */
const MAGIC: readonly (readonly [string, string, string])[] = [
  ["504b0304", "a ZIP archive, such as an Excel workbook", "export the sheet as CSV in UTF-8"],
  ["d0cf11e0", "an Excel workbook", "export the sheet as CSV in UTF-8"],
  ["50415231", "a Parquet file", "export it as CSV"],
  ["28b52ffd", "a Zstandard archive", "unpack it"],
  ["fffe", "in UTF-16", "save it as UTF-8"],
  ["feff", "in UTF-16", "save it as UTF-8"],
];

function decode(bytes: Uint8Array, file: string): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  const magic = MAGIC.find(([first]) => start.startsWith(first));
  if (magic !== undefined) throw wrong(file, 1, 1, `the file is ${magic[1]}, not CSV text in UTF-8`, magic[2]);
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    const limit = Math.floor(constants.MAX_STRING_LENGTH / 1e6);
    throw wrong(
      file,
      1,
      1,
      `the file has more than ${limit} MB of text`,
      "give fewer rows, or only the columns needed",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    const text = new TextDecoder("utf-8").decode(bytes);
    const at = text.search(/\ufffd/);
    const fix = "save it as UTF-8: it may be in Latin-1 or Windows-1252";
    throw wrongAt({ text, file }, at, "the file is not text in UTF-8 from here on", fix);
  }
}

export function wrongAt(table: Pick<CsvTable, "text" | "file">, offset: number, what: string, fix: string): UserError {
  return csvError(table, [{ offset, what, fix }]);
}

export function wrong(file: string, line: number, column: number, what: string, fix: string): UserError {
  return new UserError(`${file}:${line}:${column}: ${what}`, { exitCode: 1, fix });
}
