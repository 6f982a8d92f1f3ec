import fc from "fast-check";
import type { ColumnRule, PrepareOptions, TimeRule } from "../../../src/support/table/prepare-options.ts";
import type { Cell } from "./memory-table.ts";

export interface RandomTable {
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  readonly options: PrepareOptions;
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }).map((x) => Math.round(x * 8) / 8 + 0) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const MISSING = ["error", "drop", "ffill", "linear", "mean", "indicator"] as const;

const time: fc.Arbitrary<TimeRule> = fc.record({
  column: fc.constant("t"),
  order: fc.constantFrom("error", "sort"),
  duplicates: fc.constantFrom("error", "first", "last", "mean"),
  gaps: fc.constantFrom("error", "fill", "allow"),
  frequency: fc.constant({ unit: "number", step: 1 } as const),
});

/** Names that are no usual keys of objects, or look like something else. */
const NAMES = ["__proto__", 'a"b', "\u{1f600}", "line\nbreak", "null"];

/** Rows of some series in any order, with repeated and missing times. Times are whole numbers. */
export const randomTable: fc.Arbitrary<RandomTable> = fc
  .record({
    rows: fc.array(fc.record({ t: fc.nat(14), s: fc.nat(1), u: fc.nat(2), values: fc.tuple(value, value) }), {
      minLength: 1,
      maxLength: 40,
    }),
    isSorted: fc.boolean(),
    isDistinct: fc.boolean(),
    time: fc.option(time, { nil: undefined }),
    series: fc.constantFrom<readonly string[]>([], ["s"], ["s", "u"]),
    missing: fc.tuple(fc.constantFrom(...MISSING), fc.constantFrom(...MISSING)),
    min: fc.constantFrom(undefined, -9.5),
  })
  .map(({ rows: drawn, isSorted, isDistinct, time, series, missing, min }) => {
    const key = (row: (typeof drawn)[number]): string =>
      JSON.stringify([row.t, ...series.map((name) => row[name as "s"])]);
    const distinct = isDistinct ? [...new Map(drawn.map((row) => [key(row), row])).values()] : drawn;
    const rows = isSorted ? [...distinct].sort((a, b) => a.t - b.t) : distinct;
    const column = (name: string, c: number): ColumnRule => ({
      name,
      // Rows that are put in need values.
      missing: time?.gaps === "fill" && ["error", "drop"].includes(missing[c]!) ? "linear" : missing[c]!,
      ...(min === undefined ? {} : { min }),
    });
    return {
      columns: {
        t: rows.map(({ t }) => String(t)),
        s: rows.map(({ s }) => NAMES[s]!),
        u: rows.map(({ u }) => NAMES[u + 2]!),
        x: rows.map(({ values }) => values[0]),
        y: rows.map(({ values }) => values[1]),
      },
      options: { ...(time === undefined ? {} : { time }), series, columns: [column("x", 0), column("y", 1)] },
    };
  });

/** Whole series with a few gaps, repeated times and missing values, long enough for windows; rows in any order where they have times. */
export const randomSeries: fc.Arbitrary<RandomTable> = fc
  .record({
    series: fc.array(fc.record({ rows: fc.integer({ min: 8, max: 20 }), first: fc.nat(5) }), {
      minLength: 1,
      maxLength: 5,
    }),
    skipped: fc.array(fc.nat(60), { maxLength: 3 }),
    repeated: fc.array(fc.nat(60), { maxLength: 2 }),
    values: fc.array(fc.tuple(value, value), { minLength: 110, maxLength: 110 }),
    keys: fc.array(fc.nat(1000), { minLength: 110, maxLength: 110 }),
    time: fc.option(fc.constantFrom<TimeRule["gaps"]>("fill", "allow"), { nil: undefined }),
    missing: fc.tuple(...[0, 1].map(() => fc.constantFrom("ffill", "linear", "mean", "indicator"))),
  })
  .map(({ series, skipped, repeated, values, keys, time, missing }) => {
    const all = series.flatMap(({ rows, first }, s) => Array.from({ length: rows }, (_, k) => ({ s, t: first + k })));
    const present = all.filter((_, k) => !skipped.includes(k));
    const again = time === undefined ? present : [...present, ...present.filter((_, k) => repeated.includes(k))];
    const order = again.map((row, k) => ({ ...row, value: values[k]!, key: keys[k]! }));
    const rows = time === undefined ? order : order.sort((a, b) => a.key - b.key);
    const rule = (gaps: TimeRule["gaps"]): TimeRule => {
      return { column: "t", order: "sort", duplicates: "mean", gaps, frequency: { unit: "number", step: 1 } };
    };
    return {
      columns: {
        t: rows.map(({ t }) => String(t)),
        s: rows.map(({ s }) => NAMES[s]!),
        x: rows.map(({ value }) => value[0]),
        y: rows.map(({ value }) => value[1]),
      },
      options: {
        ...(time === undefined ? {} : { time: rule(time) }),
        series: ["s"],
        columns: ["x", "y"].map((name, c) => ({ name, missing: missing[c]! as ColumnRule["missing"] })),
      },
    };
  });
