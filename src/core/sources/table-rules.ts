import { escapePointer } from "../load/load.ts";
import type { TableSource } from "../spec/types.ts";
import type { CheckedDataset, SourceDefinition } from "./source.ts";
import { parseFrequency } from "./table-frequency.ts";

/** Keys of how the columns of rows of text are told apart. */
const OF_TEXT = ["delimiter", "encoding", "comment", "skipRows", "skipFooter"];

type Rules = SourceDefinition<"table">["rules"];

/** What the spec itself says; defaults are filled in elsewhere. */
function written({ source }: CheckedDataset): Readonly<Record<string, unknown>> {
  return (source.value as { dataset: Readonly<Record<string, unknown>> }).dataset;
}

/** Reports keys that are written and have no effect. */
function refuse(checked: CheckedDataset, keys: readonly string[], why: string, fix: string): void {
  for (const key of keys) {
    if (!(key in written(checked))) continue;
    checked.report("LC1265", `/dataset/${key}`, `\`${key}\` has no effect: ${why}`, fix.replaceAll("KEY", key));
  }
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return typeof given === "string" ? [given] : (given ?? []);
}

/** The target and the features. */
function columnsRead({ target, features = [] }: TableSource): ReadonlySet<string> {
  return new Set([target, ...features]);
}

export const TABLE_RULES: Rules = {
  "what is said of times has an effect": (dataset, checked) => {
    const { time, layout, order, duplicates } = dataset;
    if (layout === "wide" && time === undefined) {
      const fix = "add `time: year`, or whatever the column shall be called";
      checked.report("LC1102", "/dataset", "with `layout: wide` the times need the name of a column, `time`", fix);
      return;
    }
    if (time === undefined) {
      for (const key of ["timeFormat", "order", "duplicates", "gaps", "frequency"]) {
        if (!(key in written(checked)) || (key === "order" && order === "asIs")) continue;
        const fix = "add `time: date`, or whatever the column of times is called";
        checked.report("LC1260", `/dataset/${key}`, `\`${key}\` is of the column \`time\`, which is missing`, fix);
      }
    } else if (order === "asIs") {
      const message = "with `order: asIs` nobody looks at times";
      checked.report("LC1260", "/dataset/time", message, "remove `time`, or use `order: error` or `sort`");
    } else if (order === "sort" && (duplicates === "error" || duplicates === "mean")) {
      refuse(checked, ["orderBy"], "the rows are sorted by `time`", "remove `orderBy`, or `order: sort`");
    }
  },
  "each column has one part": ({ time, target, series }, { report }) => {
    if (time === target) {
      const message = "the column of times is the target as well";
      report("LC1261", "/dataset/time", message, "name the column that has the rows' times");
    }
    for (const [index, name] of listOf(series).entries()) {
      if (name !== target && name !== time) continue;
      const pointer = typeof series === "string" ? "/dataset/series" : `/dataset/series/${index}`;
      const what = name === target ? "the target" : "the column of times";
      report("LC1261", pointer, `the column of series is ${what} as well`, "name the column that tells series apart");
    }
  },
  "a frequency is a step": ({ frequency }, { report }) => {
    if (frequency === undefined || parseFrequency(frequency) !== undefined) return;
    const message = `\`frequency\` is no step from row to row: ${JSON.stringify(frequency)}`;
    report("LC1106", "/dataset/frequency", message, "write a number and a unit, such as `15 minutes` or `month`");
  },
  "a checksum has the digits of one": ({ sha256 }, { report }) => {
    for (const [index, hash] of listOf(sha256).entries()) {
      if (/^[0-9a-fA-F]{64}$/.test(hash)) continue;
      const pointer = typeof sha256 === "string" ? "/dataset/sha256" : `/dataset/sha256/${index}`;
      report(
        "LC1106",
        pointer,
        "this is no SHA-256",
        "write its 64 hexadecimal digits, as `sha256sum FILE` prints them",
      );
    }
  },
  "what is said of the format is of this format": (dataset, checked) => {
    const { path, format = formatOf(listOf(path)) } = dataset;
    if (format === "parquet" || format === "json") {
      refuse(checked, OF_TEXT, `the files are ${format}`, "remove `KEY`, or say `format: csv`");
    }
    const { decimal, thousands, delimiter } = dataset;
    if (thousands !== undefined && thousands === (decimal ?? ".")) {
      const message = `\`${thousands}\` cannot be the decimal mark and group digits, too`;
      const fix = decimal === undefined ? 'add `decimal: ","`' : "give another `thousands`";
      checked.report("LC1230", "/dataset/thousands", message, fix);
    }
    if (delimiter !== undefined && delimiter === dataset.comment) {
      checked.report("LC1230", "/dataset/comment", "lines of comments begin with the delimiter", "give another one");
    }
  },
  "SQL is an expression": ({ select = {}, where, orderBy }, { report }) => {
    const texts: [pointer: string, sql: string | undefined][] = [
      ...Object.entries(select).map(([name, sql]): [string, string] => [`/dataset/select/${escapePointer(name)}`, sql]),
      ["/dataset/where", where],
      ["/dataset/orderBy", orderBy],
    ];
    for (const [pointer, sql] of texts) {
      if (sql === undefined) continue;
      if (sql.trim() === "") report("LC1106", pointer, "this SQL is empty", "give an expression, or remove the key");
      if (withoutQuotes(sql).includes(";")) {
        report("LC1106", pointer, "a semicolon ends the SQL expression", "give one expression, without `;`");
      }
    }
  },
  "computed columns are read": (dataset, { report }) => {
    const { select = {}, where = "", orderBy = "", time, series } = dataset;
    const read = new Set([...columnsRead(dataset), ...listOf(series), time]);
    if (Object.keys(select).length === 0 && dataset.select !== undefined) {
      report("LC1265", "/dataset/select", "`select` has no effect: it is empty", "remove `select`");
    }
    for (const name of Object.keys(select)) {
      if (read.has(name) || where.includes(name) || orderBy.includes(name)) continue;
      const others = Object.entries(select).filter(([other]) => other !== name);
      if (others.some(([, sql]) => sql.includes(name))) continue;
      const pointer = `/dataset/select/${escapePointer(name)}`;
      const message = `nothing reads the column ${JSON.stringify(name)}`;
      report("LC1265", pointer, message, "add it to `features`, or remove it");
    }
  },
  "what is asked of columns has an effect": (dataset, checked) => {
    const { columns = {}, time, gaps } = dataset;
    const read = columnsRead(dataset);
    const policies = new Set<string>();
    const scalings = new Set<string>();
    for (const name of read) {
      const own = Object.hasOwn(columns, name) ? columns[name]! : {};
      policies.add(own.missing ?? "");
      scalings.add(own.scaling ?? "");
      const missing = own.missing ?? dataset.whenMissing!;
      if (time === undefined || gaps !== "fill" || (missing !== "error" && missing !== "drop")) continue;
      const message = `gaps are filled with rows without values, which column ${JSON.stringify(name)} may not lack`;
      const fix = "add `whenMissing: ffill`, `linear`, `mean` or `indicator`, or use `gaps: allow`";
      checked.report("LC1230", "/dataset/gaps", message, fix);
      break;
    }
    for (const [name, own] of Object.entries(columns)) {
      const pointer = `/dataset/columns/${escapePointer(name)}`;
      if (!read.has(name)) {
        const message = `${JSON.stringify(name)} is neither the target nor a feature`;
        checked.report("LC1265", pointer, message, "add it to `features`, or remove it");
      } else if (Object.keys(own).length === 0) {
        checked.report(
          "LC1265",
          pointer,
          "nothing is asked of this column",
          "add `min: 0`, for instance, or remove it",
        );
      }
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = own;
      if (min > max)
        checked.report("LC1230", `${pointer}/min`, "no number is in this range", "give a `min` below `max`");
    }
    const each = "each column has its own";
    if (!policies.has("")) refuse(checked, ["whenMissing"], each, "remove `KEY`");
    if (!scalings.has("")) refuse(checked, ["scaling"], each, "remove `KEY`");
    const all = [...scalings].map((scaling) => scaling || dataset.scaling);
    if (all.every((scaling) => scaling === "none")) refuse(checked, ["scalePer"], "nothing is scaled", "remove `KEY`");
  },
  "the parts are told once": (dataset, checked) => {
    const { series, splitBy, scalePer } = dataset;
    if (series === undefined) {
      const fix = "add `series: store`, or whatever the column is called, or remove `KEY`";
      refuse(checked, ["splitBy", "scalePer"], "no column tells series apart", fix);
    } else if (splitBy === "series") {
      refuse(checked, ["gap", "testRows"], "whole series are kept for testing", "remove `KEY`, or `splitBy: series`");
      if (scalePer === "series") {
        const message = "series that are kept for testing have no training rows to fit scalers of their own to";
        checked.report("LC1230", "/dataset/scalePer", message, "use `scalePer: all` or `splitBy: time`");
      }
    }
    if (dataset.testRows !== undefined && splitBy !== "series") {
      refuse(checked, ["testFraction"], "`testRows` says how many", "remove `KEY`, or `testRows`");
    }
  },
};

/** By the endings of the files; undefined where they are of several formats. */
function formatOf(paths: readonly string[]): string | undefined {
  const formats = new Set(
    paths.map((path) => {
      const ending = /\.(parquet|json|jsonl|ndjson)(\.gz|\.zst)?$/i.exec(path)?.[1]?.toLowerCase();
      return ending === undefined ? "csv" : ending === "parquet" ? "parquet" : "json";
    }),
  );
  return formats.size === 1 ? [...formats][0] : undefined;
}

/** SQL without what stands in quotes. */
function withoutQuotes(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, "");
}
