import { constants } from "node:buffer";
import { basename } from "node:path";
import { UserError } from "../user-error.ts";
import { readDataFile, sha256 } from "./idx.ts";

export interface Cell {
  readonly text: string;
  /** Offset into the table's text. */
  readonly start: number;
}

/** A CSV file: its text, its header, and where its rows begin. Cells are cut out of the text when they are asked for. */
export interface CsvTable {
  readonly file: string;
  readonly text: string;
  readonly delimiter: string;
  readonly header: readonly Cell[];
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
  const cells: Cell[] = [];
  const blank = (): boolean => cells.length === 1 && cells[0]!.text.trim() === "";
  let filled = 0; // rows up to the last one that is no empty line
  for (let at = 0; at <= text.length; ) {
    starts.push(at);
    cells.length = 0;
    at = readRecord({ text, delimiter, file }, at, cells);
    if (!blank()) filled = starts.length;
  }
  starts.length = filled;
  const header: Cell[] = [];
  readRecord({ text, delimiter, file }, 0, header);
  const names = header.map((cell) => cell.text.trim());
  return { file, text, delimiter, header, names, starts: starts.slice(1), checksums: {} };
}

/** The cells of a row below the header. */
export function rowCells(table: CsvTable, row: number): Cell[] {
  const cells: Cell[] = [];
  readRecord(table, table.starts[row]!, cells);
  return cells;
}

type Source = Pick<CsvTable, "text" | "delimiter" | "file">;

/**
 * Appends the cells of the record at `at` and gives the offset of the next one, beyond the text's end where there is none.
 * RFC 4180: quotes, doubled quotes, line breaks inside quotes; lines end in CRLF, LF or CR.
 */
function readRecord({ text, delimiter, file }: Source, at: number, cells: Cell[]): number {
  const isBreak = (): boolean => text[at] === "\n" || text[at] === "\r";
  for (;;) {
    const start = at;
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; ) {
        if (at >= text.length) throw wrongAt({ text, file }, start, "a quote is never closed", "close it");
        at += text[at] === '"' ? 2 : 1;
      }
      at++;
      cells.push({ text: text.slice(start + 1, at - 1).replaceAll('""', '"'), start });
      if (at < text.length && text[at] !== delimiter && !isBreak()) {
        throw wrongAt({ text, file }, at, "text follows a closing quote", "separate cells by commas");
      }
    } else {
      while (at < text.length && text[at] !== delimiter && !isBreak()) at++;
      cells.push({ text: text.slice(start, at), start });
    }
    if (text[at] !== delimiter) break;
    at++;
  }
  if (at >= text.length) return text.length + 1;
  return at + (text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1);
}

function decode(bytes: Uint8Array, file: string): string {
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
    throw wrong(file, 1, 1, "the file is not text in UTF-8", "save it as UTF-8");
  }
}

/** Line and column of an offset, from 1 on. */
export function placeOf({ text }: Pick<CsvTable, "text">, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    const crlf = text[at] === "\r" && text[at + 1] === "\n";
    if (crlf || (text[at] !== "\n" && text[at] !== "\r")) continue;
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

export function wrongAt(table: Pick<CsvTable, "text" | "file">, offset: number, what: string, fix: string): UserError {
  const { line, column } = placeOf(table, offset);
  return wrong(table.file, line, column, what, fix);
}

export function wrong(file: string, line: number, column: number, what: string, fix: string): UserError {
  return new UserError(`${file}:${line}:${column}: ${what}`, { exitCode: 1, fix });
}
