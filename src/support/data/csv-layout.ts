import { nearest } from "../system/nearest.ts";
import type { UserError } from "../system/user-error.ts";
import { BadCells, parseNumber } from "./csv-cells.ts";
import { counted, csvError, grouped, lineOf, listed, MAX_PLACES, type Problem, shownText } from "./csv-problems.ts";
import { type CsvCell, type CsvTable, DELIMITERS, parseTable, rowCells } from "./csv-table.ts";
import { possibleTemplates } from "./time-format.ts";

/** Rows in which a header is looked for, and rows at the end that can be no data. */
const MAX_PREAMBLE = 50;
const MAX_FOOTER = 50;

/**
 * Why a file is no table with a number in every row of the columns `wanted`: all reasons at once, each with its first places.
 * @param others what else is wrong with its rows
 * @param time a column of times that is wanted as well
 */
export function layoutError(
  table: CsvTable,
  wanted: readonly string[],
  others: (table: CsvTable) => readonly Problem[],
  time?: string,
): UserError {
  const names = [...new Set(wanted)];
  const all = [...new Set(time === undefined ? names : [...names, time])];
  const { found, row } = findHeader(table, all);
  const headed = row === 0 ? found : withHeader(found, row);
  const problems = [
    ...separatorProblem(table, headed),
    ...preambleProblem(headed, row),
    ...columnProblems(headed, all),
    ...rowProblems(headed, names),
    ...others({ ...headed, starts: headed.starts.slice(0, dataRows(headed, names)) }),
  ];
  return csvError(table, problems);
}

/** The table, read with the separator that gives the most of the wanted columns, and the row that names them. */
function findHeader(table: CsvTable, names: readonly string[]): { found: CsvTable; row: number } {
  const tables = [table, ...[...DELIMITERS.keys()].slice(1).flatMap((delimiter) => parsed(table, delimiter))];
  for (const found of tables) {
    for (let row = 0; row <= Math.min(MAX_PREAMBLE, found.starts.length); row++) {
      const cells = row === 0 ? found.header : rowCells(found, row - 1);
      const texts = new Set(cells.map((cell) => cell.text.trim()));
      // A row with numbers is data, in which the name of a series may stand.
      if (row > 0 && cells.some((cell) => parseNumber(cell.text) !== undefined)) continue;
      if (names.every((name) => texts.has(name))) return { found, row };
    }
  }
  const known = ({ names: columns }: CsvTable): number => names.filter((name) => columns.includes(name)).length;
  const rank = (found: CsvTable): number => known(found) + (table.names.length === 1 ? found.names.length / 1e6 : 0);
  return { found: tables.reduce((best, next) => (rank(next) > rank(best) ? next : best)), row: 0 };
}

/** The text read with another separator, where that is possible. */
function parsed({ text, file }: CsvTable, delimiter: string): CsvTable[] {
  const firstLine = /^[^\r\n]*/.exec(text)![0];
  if (!firstLine.includes(delimiter) && !text.slice(0, 10_000).includes(delimiter)) return [];
  try {
    return [parseTable(text, delimiter, file)];
  } catch {
    return [];
  }
}

function withHeader(table: CsvTable, row: number): CsvTable {
  const header = rowCells(table, row - 1);
  return { ...table, header, names: header.map((cell) => cell.text.trim()), starts: table.starts.slice(row) };
}

function separatorProblem(table: CsvTable, { delimiter, header, names, starts }: CsvTable): Problem[] {
  const fix = "separate the columns by commas, for instance with a spreadsheet's CSV";
  if (delimiter !== table.delimiter) {
    const offset = header[0]!.start + header[0]!.text.length;
    const what = `the columns are separated by ${DELIMITERS.get(delimiter)}, not by commas (${counted(names.length, "column")}, ${counted(starts.length, "row")})`;
    return [{ offset, what, fix }];
  }
  if (names.length > 1 || starts.length === 0) return [];
  const words = (text: string): number => text.trim().split(/\s+/).length;
  const columns = words(names[0]!);
  const row = rowCells(table, 0)[0]!.text;
  if (
    columns < 2 ||
    words(row) !== columns ||
    !row
      .trim()
      .split(/\s+/)
      .some((word) => parseNumber(word) !== undefined)
  )
    return [];
  return [
    { offset: header[0]!.start, what: `the columns are separated by spaces, not by commas (${columns} columns)`, fix },
  ];
}

function preambleProblem({ text, header }: CsvTable, row: number): Problem[] {
  if (row === 0) return [];
  const line = lineOf(text, header[0]!.start);
  const lines = line === 2 ? "line 1" : `lines 1 to ${line - 1}`;
  return [{ offset: 0, what: `the header is not the first line, but line ${line}`, fix: `delete ${lines}` }];
}

function columnProblems(table: CsvTable, wanted: readonly string[]): Problem[] {
  const { header, names } = table;
  const missing = wanted.filter((name) => !names.includes(name));
  const wide = missing.length === 0 ? [] : wideProblem(table, missing);
  const absent = missing.map((name): Problem => {
    const near = nearest(name, names);
    const hint = near === undefined ? "" : `; did you mean ${shownText(near)}?`;
    return {
      offset: header[0]!.start,
      what: `there is no column ${shownText(name)}${hint}`,
      fix: `use one of: ${plainList(names)}`,
    };
  });
  const twice = wanted.flatMap((name): Problem[] => {
    const again = names.indexOf(name, names.indexOf(name) + 1);
    if (again < 1) return [];
    return [
      {
        offset: header[again]!.start,
        what: `a second column is called ${shownText(name)}`,
        fix: "give each column its own name",
      },
    ];
  });
  return [...(wide.length > 0 ? wide : absent), ...twice];
}

/** Names without quotes, as a spec has them. */
function plainList(names: readonly string[]): string {
  return names.every((name) => /^[\p{L}\p{N} _.-]+$/u.test(name)) && names.length <= 12 && names.join().length < 400
    ? names.join(", ")
    : listed(names);
}

/** A column for each time, a row for each series. */
function wideProblem(table: CsvTable, missing: readonly string[]): Problem[] {
  const { header, names, starts } = table;
  const times = header.filter(({ text }) => {
    const name = text.trim().replace(/ \[YR\d{4}\]$/, "");
    return name.length < 40 && possibleTemplates(name).some((template) => !/^[XxunN]$/.test(template));
  });
  if (times.length < 3 || times.length < names.length / 2) return [];
  const [first, last] = [times[0]!, times.at(-1)!];
  const places: { offset: number; text: string }[] = [];
  for (let row = 0; row < Math.min(starts.length, 10_000) && places.length < MAX_PLACES; row++) {
    const cell = rowCells(table, row).find(({ text }) => missing.includes(text.trim()));
    if (cell !== undefined) places.push({ offset: cell.start, text: `has ${shownText(cell.text.trim())}` });
  }
  const shape = `${grouped(times.length)} of its ${counted(names.length, "column")} are named by a time, ${shownText(first.text)} to ${shownText(last.text)}`;
  return [
    {
      offset: first.start,
      what: `the table is wide, with a row for each series: ${shape}; there is no column ${listed(missing, 3)}${places.length === 0 ? "" : ", but in a row"}`,
      places,
      fix: "transpose it: a row for each time, a column for each series",
    },
  ];
}

function rowProblems(table: CsvTable, wanted: readonly string[]): Problem[] {
  const { names, starts } = table;
  const columns = wanted.map((name) => ({ name, index: names.indexOf(name) })).filter(({ index }) => index >= 0);
  const rows = dataRows(table, wanted);
  const bad = new BadCells();
  const lengths = new Map<number, { count: number; offsets: number[] }>();
  for (let row = 0; row < rows; row++) {
    const cells = rowCells(table, row);
    if (cells.length !== names.length) {
      const length = isBlank(cells) ? 0 : cells.length;
      const seen = lengths.get(length) ?? { count: 0, offsets: [] };
      lengths.set(length, seen);
      if (seen.count++ < MAX_PLACES) seen.offsets.push(starts[row]!);
      continue;
    }
    for (const { name, index } of columns) {
      const { text, start } = cells[index]!;
      if (parseNumber(text) === undefined) bad.add(name, text, start);
    }
  }
  const uneven = [...lengths].map(([length, { count, offsets }]): Problem => {
    const what = count === 1 ? "the row has" : `${counted(count, "row")} have`;
    const places = count === 1 ? [] : offsets.map((offset) => ({ offset }));
    if (length === 0) {
      const blank = count === 1 ? "the line is empty" : `${counted(count, "line")} are empty`;
      return { offset: offsets[0]!, what: blank, places, count, fix: "delete empty lines" };
    }
    const fix =
      length > names.length
        ? "make them agree; numbers need a decimal point and no thousands separators, texts with commas need quotes"
        : "make them agree";
    return {
      offset: offsets[0]!,
      what: `${what} ${counted(length, "cell")}, the header has ${names.length}`,
      places,
      count,
      fix,
    };
  });
  return [...uneven, ...bad.problems(), ...footerProblem(table, rows)];
}

function isBlank(cells: readonly CsvCell[]): boolean {
  return cells.length === 1 && cells[0]!.text.trim() === "";
}

/** How many rows stand above those at the end, such as notes and sources, that have neither a number of a wanted column nor a time. */
function dataRows(table: CsvTable, wanted: readonly string[]): number {
  const { names, starts } = table;
  const columns = wanted.map((name) => names.indexOf(name)).filter((index) => index >= 0);
  if (names.length < 2 || columns.length === 0) return starts.length;
  let count = 0;
  for (; count < Math.min(MAX_FOOTER, starts.length); count++) {
    const cells = rowCells(table, starts.length - 1 - count);
    const texts = cells.map((cell) => cell.text.trim());
    const filled = texts.filter((text) => text !== "");
    const hasTime = filled.some((text) => text.length < 40 && possibleTemplates(text).length > 0);
    const isNote = filled.length <= 1 || cells.length !== names.length || filled.some((text) => text.length > 20);
    if (hasTime || !isNote || columns.some((index) => parseNumber(texts[index] ?? "") !== undefined)) break;
  }
  return count === starts.length ? starts.length : starts.length - count;
}

function footerProblem({ text, starts }: CsvTable, rows: number): Problem[] {
  if (rows === starts.length) return [];
  const [first, last] = [lineOf(text, starts[rows]!), lineOf(text, starts.at(-1)!)];
  const lines = first === last ? `line ${first}` : `lines ${first} to ${last}`;
  return [
    {
      offset: starts[rows]!,
      what: `${lines} at the end ${first === last ? "has" : "have"} no numbers: a footer, or rows that are cut off`,
      fix: `delete ${lines}`,
    },
  ];
}
