import { possibleTemplates } from "../data/time-format.ts";
import { placed } from "./places.ts";
import type { TableFormat, TableProblem } from "./table.ts";

/** Where the cells of a CSV file are. */
export interface Layout {
  readonly delimiter: string;
  /** Lines before the header. */
  readonly skipRows: number;
  /** The header's cells without the spaces around them; those without a name are called by their position. */
  readonly names: readonly string[];
}

interface CsvRecord {
  readonly cells: readonly string[];
  /** Lines before it. */
  readonly line: number;
}

const DELIMITERS = [",", ";", "\t", "|"];
const NUMBER = /^[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?$/i;

/** The records at the start of a text. Quotes as in RFC 4180; lines end in CRLF, LF or CR. */
export function records(text: string, delimiter: string): CsvRecord[] {
  const found: CsvRecord[] = [];
  let [cells, cell, line, start, quoted]: [string[], string, number, number, boolean] = [[], "", 0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const ends = character === "\n" || (character === "\r" && text[at + 1] !== "\n");
    if (ends) line++;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === delimiter) {
      cells.push(cell.trim());
      cell = "";
    } else if (ends) {
      found.push({ cells: [...cells, cell.trim()], line: start });
      [cells, cell, start] = [[], "", line];
    } else if (character !== "\r") cell += character;
  }
  if (cells.length > 0 || cell !== "") found.push({ cells: [...cells, cell.trim()], line: start });
  return found;
}

const isBlank = ({ cells }: CsvRecord): boolean => cells.every((cell) => cell === "");

/**
 * Finds the delimiter that most rows agree about, and the header: the first row that has as many cells as they.
 * @param head the first part of the file, without comment lines; whole lines
 */
export function detectLayout(file: string, head: string, format: TableFormat): Layout | TableProblem {
  const lines = head.split(/\r\n|\n|\r/);
  const skipped = format.skipRows ?? 0;
  const text = lines.slice(skipped).join("\n");
  const parsed = (format.delimiter === undefined ? DELIMITERS : [format.delimiter]).map((delimiter) => {
    const rows = records(text, delimiter).filter((row) => !isBlank(row));
    const counts = new Map<number, number>();
    for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
    const [width, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [1, 0]);
    return { delimiter, rows, width, count: width > 1 ? count : 0 };
  });
  const best = parsed.reduce((a, b) => (b.count > a.count || (b.count === a.count && b.width > a.width) ? b : a));
  const at = format.skipRows === undefined ? best.rows.findIndex(({ cells }) => cells.length === best.width) : 0;
  const header = best.rows[at];
  if (header === undefined)
    return placed("emptyFile", "the file is empty", [{ file, row: 0 }], "give a header and rows");
  const isData = (cell: string): boolean => NUMBER.test(cell) || possibleTemplates(cell).length > 0;
  if (header.cells.some((cell) => NUMBER.test(cell)) && header.cells.every(isData)) {
    const text = header.cells.join(best.delimiter);
    return placed(
      "noHeader",
      "the first row has numbers, not names",
      [{ file, row: 0, text }],
      "add a header, or say where it is with skipRows and delimiter",
    );
  }
  // Of a table whose header is a cell short the first row would pass for one.
  const before = best.rows[at - 1];
  if (before !== undefined && before.cells.length > 1 && before.line + 1 === header.line) {
    const text = before.cells.join(best.delimiter);
    const message = `the line above the first row of ${best.width} cells has ${before.cells.length}`;
    return placed(
      "header",
      message,
      [{ file, row: 0, text }],
      "give each column a name, or say with skipRows how many lines are no part of the table",
    );
  }
  const names = header.cells.map((cell, k) => (cell === "" ? `column${k + 1}` : cell));
  const twice = names.filter((name, k) => names.indexOf(name) < k);
  if (twice.length > 0) {
    const places = twice.map((column) => ({ file, row: 0, column, text: column }));
    return placed("duplicateColumn", "several columns have one name", places, "give each column its own name");
  }
  return { delimiter: best.delimiter, skipRows: skipped + header.line, names };
}

const SUMMARY =
  /^(grand |sub)?-?totals?\b|^(sum|mean|average|source|sources|note|notes|footnote|copyright)\b|^(©|\*|\[\d)/i;
const MAX_FOOTER = 50;

/**
 * How many lines at the end are no rows: totals, notes and what is blank between them.
 * @param lines the last lines of the file, or all below the header
 * @param first the first cells of some rows
 */
export function footerLines(
  lines: readonly string[],
  delimiter: string,
  width: number,
  first: readonly string[],
): number {
  const hasWords = first.some((cell) => /\p{L}{2}/u.test(cell));
  const isFooter = (line: string): boolean => {
    const cells = records(line, delimiter)[0]?.cells ?? [""];
    const isAlone = cells.slice(1).every((cell) => cell === "");
    const isNote = isAlone && width > 1 && !hasWords && /\p{L}{2}/u.test(cells[0]!);
    return cells.every((cell) => cell === "") || SUMMARY.test(cells[0]!) || isNote;
  };
  const hasOpenQuote = (line: string): boolean => (line.split('"').length - 1) % 2 === 1;
  let count = 0;
  while (count < Math.min(lines.length, MAX_FOOTER)) {
    const line = lines[lines.length - 1 - count]!;
    if (hasOpenQuote(line) || !isFooter(line)) break;
    count++;
  }
  return count;
}
