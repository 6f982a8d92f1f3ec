import { possibleTemplates } from "../data/time-format.ts";
import { identifier, literal } from "./engine.ts";
import type { TableInput } from "./table.ts";

/** A column of the rows as they are read. */
export interface Field {
  readonly name: string;
  /** What it is called in SQL. */
  readonly raw: string;
  /** The type that the file gives it. */
  readonly type: "text" | "number" | "time";
}

/** Rows of files, before expressions see them. */
export interface Rows {
  readonly fields: readonly Field[];
  /** SQL of the rows of one file each. With `number` their columns include their position in the file, from 1 on. */
  readonly from: (file: number, numbered: boolean) => string;
  readonly files: readonly string[];
  readonly prefix: string;
}

/** A start of names that no column has. SQL knows no case. */
export function freePrefix(names: readonly string[]): string {
  let prefix = "raw";
  while (names.some((name) => name.toLowerCase().startsWith(prefix))) prefix += "_";
  return prefix;
}

/** Of which `kept` says whether it is a number. */
export function valueSql({ raw, type }: Field): string {
  return type === "text" ? `value(${raw})` : type === "number" ? `${raw}::DOUBLE` : "NULL::DOUBLE";
}

export function numberOf(field: Field): string {
  return `CASE WHEN kept(${valueSql(field)}) THEN ${valueSql(field)} END`;
}

export function missingOf({ raw, type }: Field): string {
  if (type === "text") return `(${raw} IS NULL OR token(${raw}) OR marked(value(${raw})))`;
  return type === "number" ? `(${raw} IS NULL OR isnan(${raw}::DOUBLE) OR marked(${raw}::DOUBLE))` : `${raw} IS NULL`;
}

/** The cell as the file has it; times as ISO 8601. */
export function textOf({ raw, type }: Field): string {
  return type === "text" ? raw : type === "time" ? `replace(${raw}::VARCHAR, ' ', 'T')` : `${raw}::VARCHAR`;
}

/** The header of a wide table's column as a time; undefined where it is none. */
function timeOfHeader(name: string): string | undefined {
  const year = /^(\d{4})(?: \[YR\1\])?$/.exec(name)?.[1];
  if (year !== undefined) return year >= "1500" && year < "2300" ? year : undefined;
  return possibleTemplates(name).some((template) => /[^A-Z]|[MDq]/.test(template) && !/^[NXxun]$/.test(template))
    ? name
    : undefined;
}

/** Each column whose header is a time becomes a row. Undefined where fewer than two are. */
export function unpivoted(rows: Rows, wide: NonNullable<TableInput["wide"]>): Rows | undefined {
  const times = rows.fields.filter(({ name }) => timeOfHeader(name) !== undefined);
  const others = rows.fields.filter(({ name }) => timeOfHeader(name) === undefined);
  if (times.length < 2) return undefined;
  const [time, value, row] = ["time", "value", "row"].map((part) => `${rows.prefix}_${part}`) as [
    string,
    string,
    string,
  ];
  const isNumber = times.every(({ type }) => type === "number");
  const cells = times.map((field) => (isNumber ? `${field.raw}::DOUBLE` : textOf(field))).join();
  const headers = times.map(({ name }) => literal(timeOfHeader(name)!)).join();
  const fields: Field[] = [
    ...others,
    { name: wide.time, raw: time, type: "text" },
    { name: wide.value, raw: value, type: isNumber ? "number" : "text" },
  ];
  const from = (file: number, numbered: boolean): string => {
    const kept = [...others.map(({ raw }) => raw), ...(numbered ? [row] : [])].map((column) => `${column}, `).join("");
    return `(SELECT ${kept}unnest([${headers}]) AS ${time}, unnest([${cells}]) AS ${value} FROM ${rows.from(file, numbered)})`;
  };
  return { ...rows, fields, from };
}

/** Columns that expressions make, and the rows that count. */
export interface View {
  readonly select: ReadonlyMap<string, string>;
  readonly where: string | undefined;
  readonly orderBy: string | undefined;
  /** Which columns expressions see as numbers. */
  readonly numbers: ReadonlySet<string>;
}

/** SQL of the rows of a table, or of one of its files, with the columns that expressions see and those that they make. */
export function viewed(rows: Rows, view: View, options: { file?: number; numbered?: boolean } = {}): string {
  const { prefix, fields } = rows;
  const numbered = options.numbered === true || view.orderBy !== undefined;
  const indices = options.file === undefined ? [...rows.files.keys()] : [options.file];
  const all = indices
    .map((file) => `SELECT *${numbered ? `, ${file} AS ${prefix}_file` : ""} FROM ${rows.from(file, numbered)}`)
    .join(" UNION ALL ");
  if (view.select.size === 0 && view.where === undefined && view.orderBy === undefined) return `(${all})`;
  const names = fields.map((field) => {
    const value = view.numbers.has(field.name) ? numberOf(field) : field.raw;
    return `, ${value} AS ${identifier(field.name)}`;
  });
  const made = [...view.select].map(([name, sql]) => `, (${sql}\n) AS ${identifier(name)}`);
  const where = view.where === undefined ? "" : ` WHERE (${view.where}\n)`;
  // Rows that are equal keep the order of the files.
  const order = view.orderBy === undefined ? "" : ` ORDER BY ${view.orderBy}\n, ${prefix}_file, ${prefix}_row`;
  return `(SELECT * FROM (SELECT *${made.join("")} FROM (SELECT *${names.join("")} FROM (${all})))${where}${order})`;
}
