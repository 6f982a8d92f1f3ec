import { detectTimes } from "../data/time.ts";
import { isDigits } from "../data/time-format.ts";
import type { Engine } from "./engine.ts";
import { decideMarks, numberMacros } from "./numbers.ts";
import { placed } from "./places.ts";
import { type Field, missingOf, type Rows, textOf, valueSql } from "./relation.ts";
import type { TableColumn, TableFormat, TableProblem } from "./table.ts";

const SAMPLED = 1000;

/** What the cells of a whole table are. */
export interface Cells {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Columns whose numbers DuckDB reads as they are. */
  readonly plain: ReadonlySet<string>;
  /** How numbers are written. */
  readonly format: TableFormat;
  readonly problems: readonly TableProblem[];
}

/** Of each column how many cells are numbers, lack a value or have NUL; which marks for missing values it has. */
interface Census {
  readonly rows: number;
  readonly numbers: readonly number[];
  /** Numbers that have a sign beside them, or separators. */
  readonly amounts: readonly number[];
  readonly missing: readonly number[];
  readonly nul: readonly number[];
  readonly marks: readonly (readonly string[])[];
  /** Shapes of cells that look like amounts, and are no plain numbers. */
  readonly shapes: readonly (readonly string[])[];
}

/** Reads all cells once, twice where numbers are not all plain, and leaves the macros of {@link numberMacros} as the cells need them. */
export async function judgeCells(engine: Engine, rows: Rows, given: TableFormat): Promise<Cells> {
  const define = async (format: TableFormat): Promise<void> => {
    for (const macro of numberMacros(format)) await engine.rows(macro);
  };
  await define(given);
  let census = await count(engine, rows);
  const isAmounts = (k: number): boolean =>
    census.numbers[k]! + census.missing[k]! < census.rows && census.shapes[k]!.length > 0;
  const marks = givenMarks(given);
  const problems: TableProblem[] = [];
  const texts = rows.fields.filter(({ type }) => type === "text");
  let found: Pick<TableFormat, "decimal" | "thousands"> = {};
  // A point says nothing by itself where commas are decimal ones, or can be.
  const isComma = given.decimal === "," || (given.decimal === undefined && given.delimiter === ";");
  if (isComma || rows.fields.some((field, k) => field.type === "text" && isAmounts(k))) {
    const decided = decideMarks(marks, await amountShapes(engine, rows, texts));
    if (decided !== "either") found = decided;
    else if (given.delimiter === ";") problems.push(...eitherProblem(rows));
    const isPlain = decided === "either" || ((decided.decimal ?? ".") === "." && decided.thousands === undefined);
    if (!isPlain) {
      await define({ ...given, ...found });
      census = await count(engine, rows);
    }
  }
  const columns = await Promise.all(rows.fields.map((field, k) => columnOf(engine, rows, field, census, k)));
  const seen = new Set(columns.flatMap(({ type }, k) => (type === "number" ? census.marks[k]! : [])));
  const format: TableFormat = { decimal: ".", ...found, ...marks, missing: given.missing ?? [...seen].sort() };
  const isPlain = (k: number): boolean =>
    rows.fields[k]!.type === "text" && columns[k]!.type === "number" && census.amounts[k] === 0;
  const plain = new Set(format.decimal === "." ? columns.filter((_, k) => isPlain(k)).map(({ name }) => name) : []);
  return {
    rows: census.rows,
    columns,
    plain,
    format,
    problems: [...problems, ...(await nulProblems(engine, rows, census))],
  };
}

function givenMarks({ decimal, thousands }: TableFormat): Pick<TableFormat, "decimal" | "thousands"> {
  return { ...(decimal === undefined ? {} : { decimal }), ...(thousands === undefined ? {} : { thousands }) };
}

function all(rows: Rows): string {
  return `(${rows.files.map((_, file) => `SELECT * FROM ${rows.from(file, false)}`).join(" UNION ALL ")})`;
}

async function count(engine: Engine, rows: Rows): Promise<Census> {
  // Step by step, so that nothing is computed twice: values, then the cells that have none.
  const values = rows.fields.map((field, k) => {
    return `${cellOf(field)} AS c${k}, ${field.type === "text" ? `simple(${field.raw})` : valueSql(field)} AS v${k}`;
  });
  const rests = rows.fields.map(
    (_, k) => `kept(v${k}) AS n${k}, marked(v${k}) AS m${k}, CASE WHEN NOT kept(v${k}) THEN c${k} END AS c${k}`,
  );
  const others = rows.fields.map((_, k) => {
    return `n${k}, c${k}, CASE WHEN c${k} IS NOT NULL AND NOT m${k} AND NOT token(c${k}) THEN c${k} END AS o${k}`;
  });
  const amounts = rows.fields.map((_, k) => {
    return `n${k}, c${k}, o${k}, CASE WHEN o${k} IS NOT NULL THEN kept(amount(o${k})) END AS a${k}`;
  });
  const counts = rows.fields.flatMap((_, k) => [
    `coalesce(count_if(n${k}), 0)::DOUBLE`,
    `coalesce(count_if(NOT a${k}), 0)::DOUBLE`,
    `coalesce(count_if(a${k}), 0)::DOUBLE`,
    `coalesce(count_if(contains(c${k}, chr(0))), 0)::DOUBLE`,
    `map_keys(histogram(CASE WHEN c${k} IS NOT NULL AND o${k} IS NULL THEN bare(c${k}) END))`,
    `map_keys(histogram(CASE WHEN NOT a${k} AND strlen(o${k}) < 40 AND styled(o${k}) THEN shape(o${k}) END))`,
  ]);
  const from = [values, rests, others, amounts].reduce(
    (inner, columns) => `(SELECT ${columns.join()} FROM ${inner})`,
    all(rows),
  );
  const [[total, ...found] = []] = await engine.rows(`SELECT count(*)::DOUBLE, ${counts.join()} FROM ${from}`);
  const every = <T>(part: number): T[] => rows.fields.map((_, k) => (found[6 * k + part] ?? []) as T);
  const [simple, none, signed] = [every<number>(0), every<number>(1), every<number>(2)];
  return {
    rows: Number(total),
    numbers: simple.map((count, k) => count + signed[k]!),
    amounts: signed,
    missing: simple.map((count, k) => Number(total) - count - none[k]! - signed[k]!),
    nul: every<number>(3),
    marks: every<string[]>(4).map((marks) => marks.filter((mark) => mark !== "")),
    shapes: every<string[]>(5),
  };
}

/** A cell as text, where it is one; of a value that the file has as a number, what is not NaN. */
function cellOf({ raw, type }: Field): string {
  return type === "text" ? raw : type === "number" ? `nullif(${raw}::DOUBLE, 'nan'::DOUBLE)::VARCHAR` : "NULL::VARCHAR";
}

/** Shapes of all cells of the columns whose cells all look like numbers. */
async function amountShapes(engine: Engine, rows: Rows, fields: readonly Field[]): Promise<Set<string>> {
  const parts = fields.flatMap(({ raw }) => {
    const isOther = `${raw} IS NOT NULL AND NOT token(${raw})`;
    const looks = `bool_and(NOT (${isOther}) OR plain(${raw}) IS NOT NULL OR styled(${raw}))`;
    return [looks, `map_keys(histogram(shape(${raw})) FILTER (${isOther} AND strlen(${raw}) < 40 AND styled(${raw})))`];
  });
  const [found = []] = parts.length === 0 ? [] : await engine.rows(`SELECT ${parts.join()} FROM ${all(rows)}`);
  return new Set(fields.flatMap((_, k) => (found[2 * k] === true ? ((found[2 * k + 1] ?? []) as string[]) : [])));
}

function eitherProblem({ files }: Rows): TableProblem[] {
  const message = "numbers such as 1.234 can have a decimal point or thousands separators";
  return [placed("ambiguousNumber", message, [{ file: files[0]!, row: 1 }], 'say `decimal: "."` or `decimal: ","`')];
}

async function columnOf(engine: Engine, rows: Rows, field: Field, census: Census, k: number): Promise<TableColumn> {
  const { name, type } = field;
  if (type !== "text") return { name, type };
  const [numbers, missing] = [census.numbers[k]!, census.missing[k]!];
  if (numbers > 0 && numbers + missing === census.rows) return { name, type: "number" };
  const sample = await engine.rows(
    `SELECT bare(${field.raw}) FROM ${all(rows)} WHERE NOT ${missingOf(field)} LIMIT ${SAMPLED}`,
  );
  const cells = sample.map(([text]) => String(text));
  return { name, type: areTimes(cells) ? "time" : "text" };
}

function areTimes(cells: readonly string[]): boolean {
  const found = cells.length === 0 ? undefined : detectTimes(cells);
  if (found?.kind === "times") return !isDigits(found.times.format.template) && found.times.format.template !== "N";
  return found?.kind === "ambiguous";
}

async function nulProblems(engine: Engine, rows: Rows, { nul }: Census): Promise<TableProblem[]> {
  const [fields, row] = [rows.fields.filter((_, k) => nul[k]! > 0), `${rows.prefix}_row`];
  const found: TableProblem[] = [];
  for (const [index, file] of fields.length === 0 ? [] : rows.files.entries()) {
    for (const field of fields) {
      const where = `contains(${field.raw}, chr(0))`;
      const sql = `SELECT ${row}::DOUBLE, ${textOf(field)} FROM ${rows.from(index, true)} WHERE ${where}`;
      const places = await engine.rows(`${sql} LIMIT 5`);
      const [[total] = []] = await engine.rows(`SELECT count(*)::DOUBLE FROM (${sql})`);
      if (places.length === 0) continue;
      found.push(
        placed(
          "nul",
          "cells have NUL characters",
          places.map(([at, text]) => ({ file, row: Number(at), column: field.name, text: String(text) })),
          "export the file as text, without them",
          Number(total),
        ),
      );
    }
  }
  return found;
}
