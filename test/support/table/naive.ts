import type { MissingPolicy, PrepareOptions } from "../../../src/support/table/prepare-options.ts";
import type { Prepared } from "../../../src/support/table/prepared-file.ts";
import type { Cell } from "./memory-table.ts";

/** A row as a prepared table has it. */
export interface PlainRow {
  readonly time: number | undefined;
  readonly gap: boolean;
  readonly values: number[];
  /** Of columns that are filled while preparing; undefined of the others. */
  readonly filled: (boolean | undefined)[];
}

export interface PlainSeries {
  readonly name: readonly string[];
  readonly rows: PlainRow[];
}

interface Row {
  readonly time: number | undefined;
  readonly values: number[];
}

/** Tables whose times are whole numbers, one apart, prepared in memory by the words of the options. */
export function prepareNaively(
  table: Readonly<Record<string, readonly Cell[]>>,
  { time, series, columns }: PrepareOptions,
): { series: PlainSeries[]; codes: Set<string> } {
  const codes = new Set<string>();
  const groups = new Map<string, { name: string[]; rows: Row[] }>();
  const count = Object.values(table)[0]!.length;
  for (let r = 0; r < count; r++) {
    const values = columns.map(({ name }) => (table[name]![r] as number | undefined) ?? Number.NaN);
    if (columns.some(({ missing }, c) => missing === "drop" && Number.isNaN(values[c]!))) continue;
    for (const [c, { missing, min = -Infinity, max = Infinity }] of columns.entries()) {
      if (Number.isNaN(values[c]!)) {
        if (missing === "error") codes.add("missing");
      } else if (values[c]! < min || values[c]! > max) codes.add("range");
    }
    const name = series.map((column) => String(table[column]![r]));
    const group = groups.get(JSON.stringify(name)) ?? { name, rows: [] };
    groups.set(JSON.stringify(name), group);
    group.rows.push({ time: time && Number(table[time.column]![r]), values });
  }
  const plain = [...groups.values()].map(({ name, rows }) => ({
    name,
    rows: time === undefined ? rows : inTime(rows, time, columns.length, codes),
  }));
  return {
    codes,
    series: plain.map(({ name, rows }) => ({
      name,
      rows: fill(
        rows,
        time,
        columns.map(({ missing }) => missing),
      ),
    })),
  };
}

function inTime(
  rows: readonly Row[],
  { order, duplicates, gaps }: NonNullable<PrepareOptions["time"]>,
  width: number,
  codes: Set<string>,
): Row[] {
  const times = rows.map(({ time }) => time!);
  if (order === "error" && times.some((time, k) => k > 0 && time < times[k - 1]!)) codes.add("order");
  const distinct = [...new Set(times)].sort((a, b) => a - b);
  if (duplicates === "error" && distinct.length < times.length) codes.add("duplicates");
  if (gaps === "error" && distinct.some((time, k) => k > 0 && time !== distinct[k - 1]! + 1)) codes.add("gaps");
  const merged = distinct.map((time): Row => {
    const same = rows.filter((row) => row.time === time);
    if (duplicates === "last") return same.at(-1)!;
    if (duplicates !== "mean") return same[0]!;
    const mean = (c: number): number => {
      const values = same.map(({ values }) => values[c]!).filter((value) => !Number.isNaN(value));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    return { time, values: Array.from({ length: width }, (_, c) => mean(c)) };
  });
  if (gaps !== "fill") return merged;
  const [first, last] = [distinct[0]!, distinct.at(-1)!];
  return Array.from({ length: last - first + 1 }, (_, k) => {
    return merged.find(({ time }) => time === first + k) ?? { time: first + k, values: Array(width).fill(Number.NaN) };
  });
}

function fill(rows: readonly Row[], time: PrepareOptions["time"], policies: readonly MissingPolicy[]): PlainRow[] {
  return rows.map((row, r) => ({
    time: row.time,
    gap: time?.gaps === "allow" && r > 0 && row.time !== rows[r - 1]!.time! + 1,
    values: policies.map((missing, c) => {
      if (!Number.isNaN(row.values[c]!)) return row.values[c]!;
      const known = rows.flatMap(({ values }, k) => (Number.isNaN(values[c]!) ? [] : [k]));
      const before = known.filter((k) => k < r).at(-1);
      const after = known.find((k) => k > r);
      if (before === undefined || !["ffill", "linear"].includes(missing)) return Number.NaN;
      if (missing === "ffill") return rows[before]!.values[c]!;
      if (after === undefined) return Number.NaN;
      const share = (r - before) / (after - before);
      return rows[before]!.values[c]! * (1 - share) + rows[after]!.values[c]! * share;
    }),
    filled: policies.map((missing, c) =>
      missing === "ffill" || missing === "linear" ? Number.isNaN(row.values[c]!) : undefined,
    ),
  }));
}

/** A prepared table in the same form. */
export function plainSeries(prepared: Prepared): PlainSeries[] {
  const { header, layout, firsts } = prepared;
  const { width } = layout;
  return header.series.map(({ name, rows: count }, s) => {
    const rows = prepared.read(firsts[s]!, count, new Float64Array(count * width));
    return {
      name,
      rows: Array.from({ length: count }, (_, r) => {
        const at = (offset: number): number => rows[r * width + offset]!;
        return {
          time: layout.time < 0 ? undefined : at(layout.time),
          gap: layout.gap >= 0 && at(layout.gap) === 1,
          values: header.columns.map((_, c) => at(layout.values + c)),
          filled: Array.from(layout.filled, (place) => (place < 0 ? undefined : at(place) === 1)),
        };
      }),
    };
  });
}
