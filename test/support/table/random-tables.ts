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
