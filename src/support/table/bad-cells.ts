import { counted } from "../system/counted.ts";
import { type Engine, identifier } from "./engine.ts";
import { quoted } from "./findings.ts";
import { proofOf } from "./numbers.ts";
import { merged, placed } from "./places.ts";
import { type Field, missingOf, numberOf, type Rows, textOf, type View, viewed } from "./relation.ts";
import type { TableFormat, TableProblem } from "./table.ts";

/** Numbers that files have for missing values: nines alone, the least of 16 and 32 bits, and those beyond any measurement. */
function isUsualMark(value: number): boolean {
  return /^-?9{2,}(\.9+)?$/.test(String(value)) || [-32768, -2147483648].includes(value) || Math.abs(value) >= 1e19;
}

/** Cells of a column that are no numbers, by what is wrong with them. */
export async function badCells(
  engine: Engine,
  rows: Rows,
  view: View,
  field: Field,
  format: TableFormat,
): Promise<TableProblem[]> {
  const wrong = `${numberOf(field)} IS NULL AND NOT (${missingOf(field)})`;
  const [[total] = []] = await engine.rows(`SELECT (count(*) FILTER (${wrong}))::DOUBLE FROM ${viewed(rows, view)}`);
  if (Number(total) === 0) return [];
  const problems: TableProblem[] = [];
  const header = rows.fields.some(({ raw }) => raw === `${rows.prefix}_time`) && field.raw === `${rows.prefix}_value`;
  const column = header ? `${rows.prefix}_time` : "NULL";
  // Kinds of cells are told apart by one of each shape.
  const kind = `regexp_replace(regexp_replace(left(${textOf(field)}, 40), '\\d+', '9', 'g'), '\\p{L}+', 'x', 'g')`;
  for (const [file, name] of rows.files.entries()) {
    const unordered = { ...view, orderBy: undefined };
    const from = viewed(rows, unordered, { file, numbered: true });
    const found = await engine.rows(
      `SELECT count(*)::DOUBLE, list([${rows.prefix}_row::VARCHAR, ${column}, left(${textOf(field)}, 100)] ORDER BY ${rows.prefix}_row)[:5]
       FROM ${from} WHERE ${wrong} GROUP BY ${kind} ORDER BY min(${rows.prefix}_row) LIMIT 100`,
    );
    for (const [count, list] of found) {
      const places = (list as (string | null)[][]).map(([row, time, text]) => {
        return { file: name, row: Number(row), column: time ?? field.name, text: text ?? "" };
      });
      const { code, message, fix } = wrongNumber(places[0]!.text, field.name, format);
      problems.push(placed(code, message, places, fix, Number(count)));
    }
  }
  const byRow = merged(problems).map((problem) => ({
    ...problem,
    places: [...problem.places].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.row - b.row)),
  }));
  return byRow.map((problem) => ({ ...problem, message: `${counted(problem.count, "cell")} of ${problem.message}` }));
}

function wrongNumber(
  text: string,
  name: string,
  { decimal }: TableFormat,
): { code: string; message: string; fix: string } {
  const column = `column ${quoted(name)}`;
  if (text.includes("\0"))
    return { code: "nul", message: `${column} with NUL characters`, fix: "export the file as text, without them" };
  const { either, decimal: mark, thousands } = proofOf(text.trim().replace(/\d/g, "9"));
  if (either === "," && decimal !== ",") {
    const message = `${column} with a comma that can be a decimal one or separate thousands`;
    return { code: "ambiguousNumber", message, fix: 'say format.decimal: "," or format.thousands: ","' };
  }
  if (mark !== undefined && mark !== decimal) {
    const message = `${column} whose decimal mark is ${quoted(mark)}, others have ${quoted(decimal ?? ".")}`;
    return {
      code: "notANumber",
      message,
      fix: `write them in one way, or say format.decimal: ${JSON.stringify(mark)}`,
    };
  }
  if (thousands !== undefined) {
    return {
      code: "notANumber",
      message: `${column} with thousands separators`,
      fix: `say format.thousands: ${JSON.stringify(thousands)}`,
    };
  }
  const fix = "correct them, or say with format.missing that they lack a value";
  return { code: "notANumber", message: `${column}: not a number`, fix };
}

/** Numbers of a column that stand far from all others and probably for a missing value. */
export async function sentinels(
  engine: Engine,
  rows: Rows,
  view: View,
  value: string,
  field: { name: string; raw?: string },
): Promise<TableProblem[]> {
  const found: number[] = [];
  const isLeft = (): string =>
    found.length === 0 ? "" : ` AND v NOT IN (${found.map((mark) => `${mark}::DOUBLE`).join()})`;
  const from = `(SELECT ${value} AS v FROM ${viewed(rows, view)})`;
  const range = async (without?: number): Promise<readonly [number, number]> => {
    const but = without === undefined ? "" : ` AND v <> ${without}::DOUBLE`;
    const [[low, high] = []] = await engine.rows(
      `SELECT min(v), max(v) FROM ${from} WHERE isfinite(v)${isLeft()}${but}`,
    );
    return low === null || high === null ? [Number.NaN, Number.NaN] : [Number(low), Number(high)];
  };
  for (let round = 0; round < 3; round++) {
    let mark: number | undefined;
    for (const end of (await range()).filter(isUsualMark)) {
      const [low, high] = await range(end);
      if (Math.max(low - end, end - high) > high - low) mark = end;
    }
    if (mark === undefined) break;
    found.push(mark);
  }
  const problems: TableProblem[] = [];
  for (const mark of found) {
    const places = await sentinelPlaces(engine, rows, view, value, mark, field.name);
    const [[count] = []] = await engine.rows(`SELECT count(*)::DOUBLE FROM ${from} WHERE v = ${mark}::DOUBLE`);
    const message = `column ${quoted(field.name)}: ${counted(Number(count), "cell is", "cells are")} ${mark}, far from the others: if it stands for a missing value, it is learnt as a number`;
    problems.push(placed("sentinel", message, places, `say format.missing: ["${mark}"]`, Number(count)));
  }
  return problems;
}

async function sentinelPlaces(
  engine: Engine,
  rows: Rows,
  view: View,
  value: string,
  mark: number,
  column: string,
): Promise<TableProblem["places"]> {
  const places: TableProblem["places"][number][] = [];
  for (const [file, name] of rows.files.entries()) {
    if (places.length >= 5) break;
    const from = viewed(rows, { ...view, orderBy: undefined }, { file, numbered: true });
    const found = await engine.rows(
      `SELECT ${rows.prefix}_row::DOUBLE FROM ${from} WHERE ${value} = ${mark}::DOUBLE ORDER BY 1 LIMIT 5`,
    );
    places.push(...found.map(([row]) => ({ file: name, row: Number(row), column, text: String(mark) })));
  }
  return places;
}

/** The value of a column that an expression makes. */
export function madeNumber(name: string): string {
  return `CASE WHEN isfinite(${identifier(name)}::DOUBLE) THEN ${identifier(name)}::DOUBLE END`;
}
