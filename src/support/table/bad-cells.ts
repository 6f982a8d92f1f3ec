import { counted } from "../system/counted.ts";
import type { Engine } from "./engine.ts";
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
    return { code: "ambiguousNumber", message, fix: 'say `decimal: ","` or `thousands: ","`' };
  }
  if (mark !== undefined && mark !== decimal) {
    const message = `${column} whose decimal mark is ${quoted(mark)}, others have ${quoted(decimal ?? ".")}`;
    return {
      code: "notANumber",
      message,
      fix: `write them in one way, or say \`decimal: ${JSON.stringify(mark)}\``,
    };
  }
  if (thousands !== undefined) {
    return {
      code: "notANumber",
      message: `${column} with thousands separators`,
      fix: `say \`thousands: ${JSON.stringify(thousands)}\``,
    };
  }
  const fix = "correct them, or say with missing that they lack a value";
  return { code: "notANumber", message: `${column}: not a number`, fix };
}

/** Numbers that stand far from all others of their column, and probably for a missing value. */
export async function sentinels(
  engine: Engine,
  rows: Rows,
  view: View,
  columns: readonly { readonly name: string; readonly value: string }[],
): Promise<TableProblem[]> {
  if (columns.length === 0) return [];
  const ends = columns.flatMap((_, k) => [`min(v${k})`, `max(v${k})`]);
  const values = columns.map(({ value }, k) => `${value} AS v${k}`);
  const [found = []] = await engine.rows(
    `SELECT ${ends.join()} FROM (SELECT ${values.join()} FROM ${viewed(rows, view)})`,
  );
  const problems: TableProblem[] = [];
  for (const [k, { name, value }] of columns.entries()) {
    if (![found[2 * k], found[2 * k + 1]].some((end) => end !== null && isUsualMark(Number(end)))) continue;
    for (const mark of await marksOf(engine, `(SELECT ${value} AS v FROM ${viewed(rows, view)})`)) {
      const { count, places } = await sentinelPlaces(engine, rows, view, value, mark, name);
      const cells = counted(count, "cell is", "cells are");
      const message = `column ${quoted(name)}: ${cells} ${mark}, far from the others: if it stands for a missing value, it is learnt as a number`;
      problems.push(placed("sentinel", message, places, `say \`missing: ["${mark}"]\``, count));
    }
  }
  return problems;
}

/** Usual marks farther from the other numbers than those are from each other. */
async function marksOf(engine: Engine, numbers: string): Promise<number[]> {
  const found: number[] = [];
  const range = async (without: readonly number[]): Promise<readonly [number, number]> => {
    const but = without.map((mark) => ` AND v <> ${mark}::DOUBLE`).join("");
    const [[low, high] = []] = await engine.rows(`SELECT min(v), max(v) FROM ${numbers} WHERE kept(v)${but}`);
    return low === null || high === null ? [Number.NaN, Number.NaN] : [Number(low), Number(high)];
  };
  for (let round = 0; round < 3; round++) {
    let mark: number | undefined;
    for (const end of (await range(found)).filter(isUsualMark)) {
      const [low, high] = await range([...found, end]);
      if (Math.max(low - end, end - high) > high - low) mark = end;
    }
    if (mark === undefined) break;
    found.push(mark);
  }
  return found;
}

async function sentinelPlaces(
  engine: Engine,
  rows: Rows,
  view: View,
  value: string,
  mark: number,
  column: string,
): Promise<{ count: number; places: TableProblem["places"] }> {
  const places: TableProblem["places"][number][] = [];
  let total = 0;
  for (const [file, name] of rows.files.entries()) {
    const from = viewed(rows, { ...view, orderBy: undefined }, { file, numbered: true });
    const [[count, list] = []] = await engine.rows(
      `SELECT count(*)::DOUBLE, list(${rows.prefix}_row::DOUBLE ORDER BY ${rows.prefix}_row)[:5] FROM ${from} WHERE ${value} = ${mark}::DOUBLE`,
    );
    total += Number(count);
    places.push(...((list ?? []) as number[]).map((row) => ({ file: name, row, column, text: String(mark) })));
  }
  return { count: total, places };
}
