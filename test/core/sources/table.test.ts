import { describe, expect, it } from "vitest";
import { analyze, compile } from "../../../src/node.ts";

const TABLE = { type: "table", path: "sales.csv", target: "sales", lookback: 4 };

function spec(dataset: object): string {
  return JSON.stringify({
    specVersion: 1,
    name: "table",
    dataset: { ...TABLE, ...dataset },
    layers: [
      { type: "lstm", units: 4 },
      { type: "dense", units: 1 },
    ],
    optimizer: { type: "adam" },
    training: { loss: "meanSquaredError", metrics: ["meanAbsoluteError"], seed: 7 },
  });
}

/** Code and place of each diagnostic: the text that it points at. */
function found(dataset: object): string[] {
  const text = spec(dataset);
  return analyze(text).diagnostics.map(({ code, range }) => `${code} ${text.slice(range!.start, range!.end)}`);
}

function messages(dataset: object): string[] {
  return analyze(spec(dataset)).diagnostics.map(({ message }) => message);
}

describe("a table dataset", () => {
  it("takes each key where it has an effect", () => {
    expect(found({})).toEqual([]);
    expect(
      found({
        path: ["a/*.csv", "b.tsv.gz"],
        ...{ delimiter: "\t", decimal: ",", thousands: ".", missing: ["x"], encoding: "utf-16", comment: "%" },
        ...{ skipRows: 1, skipFooter: 0, select: { sales: "amount * price" }, where: "amount > 0" },
        ...{
          time: "t",
          timeFormat: "dayFirst",
          order: "sort",
          duplicates: "mean",
          gaps: "allow",
          frequency: "2 weeks",
        },
        ...{ series: "store", features: ["sales", "price"], columns: { price: { min: 0, max: 9, missing: "mean" } } },
        ...{ whenMissing: "ffill", rows: 9, sha256: "0".repeat(64), testFraction: 0.3, validation: 0.2, gap: 2 },
        ...{ scaling: "robust", scalePer: "series", season: 4 },
      }),
    ).toEqual([]);
    expect(found({ layout: "wide", time: "year", series: ["country", "code"], splitBy: "series" })).toEqual([]);
    expect(found({ path: "a.parquet", missing: ["-"], decimal: "," })).toEqual([]);
    expect(found({ order: "asIs" })).toEqual([]);
  });

  it("has no states that go on from one series to another", () => {
    const text = (dataset: object): string =>
      JSON.stringify({
        ...JSON.parse(spec(dataset)),
        layers: [
          { type: "lstm", units: 4, stateful: true },
          { type: "dense", units: 1 },
        ],
        training: { loss: "meanSquaredError", shuffle: false },
      });
    expect(analyze(text({ series: "store" })).diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ["LC1215", "a stateful layer would carry the state of one series into another"],
    ]);
    expect(analyze(text({})).diagnostics).toEqual([]);
  });

  it("looks at no times where the order is as it is", () => {
    expect(found({ order: "asIs", time: "t" })).toEqual(['LC1260 "t"']);
    expect(messages({ order: "asIs", gaps: "allow" })).toEqual(["`gaps` is of the column `time`, which is missing"]);
    expect(compile(spec({ order: "asIs" })).program!.files.get("data.ts")).toContain('order: "asIs",');
  });

  it.each([
    ["order", "error"],
    ["timeFormat", "monthFirst"],
    ["duplicates", "first"],
    ["gaps", "allow"],
    ["frequency", "day"],
  ])("%s needs a column of times", (key, value) => {
    expect(found({ [key]: value })).toEqual([`LC1260 ${JSON.stringify(value)}`]);
  });

  it.each([
    [{ path: "a.json", delimiter: ";" }, 'LC1265 ";"'],
    [{ path: "a.csv", format: "parquet", skipRows: 1 }, "LC1265 1"],
    [{ path: ["a.jsonl.gz", "b.ndjson"], encoding: "utf-8" }, 'LC1265 "utf-8"'],
    [{ scalePer: "series" }, 'LC1265 "series"'],
    [{ splitBy: "time" }, 'LC1265 "time"'],
    [{ series: "s", splitBy: "series", gap: 1 }, "LC1265 1"],
    [{ series: "s", splitBy: "series", testRows: 6 }, "LC1265 6"],
    [{ testRows: 6, testFraction: 0.1 }, "LC1265 0.1"],
    [{ series: "s", scaling: "none", scalePer: "series" }, 'LC1265 "series"'],
    [{ columns: { sales: { scaling: "log" } }, scaling: "none" }, 'LC1265 "none"'],
    [{ columns: { sales: { missing: "drop" } }, whenMissing: "ffill" }, 'LC1265 "ffill"'],
    [{ columns: { price: { min: 0 } } }, 'LC1265 {"min":0}'],
    [{ columns: { sales: {} } }, "LC1265 {}"],
    [{ select: { other: "a" } }, 'LC1265 "a"'],
    [{ select: {} }, "LC1265 {}"],
    [{ time: "t", order: "sort", orderBy: "t" }, 'LC1265 "t"'],
  ])("refuses a key without effect: %j", (dataset, expected) => {
    expect(found(dataset)).toEqual([expected]);
  });

  it.each([
    [{ time: "sales" }, 'LC1261 "sales"'],
    [{ series: ["a", "sales"] }, 'LC1261 "sales"'],
    [{ time: "a", series: "a" }, 'LC1261 "a"'],
    [{ time: "t", gaps: "fill" }, 'LC1230 "fill"'],
    [{ series: "s", splitBy: "series", scalePer: "series" }, 'LC1230 "series"'],
    [{ columns: { sales: { min: 2, max: 1 } } }, "LC1230 2"],
    [{ thousands: "." }, 'LC1230 "."'],
    [{ delimiter: ";", comment: ";" }, 'LC1230 ";"'],
    [{ time: "t", frequency: "fortnight" }, 'LC1106 "fortnight"'],
    [{ time: "t", frequency: "0 days" }, 'LC1106 "0 days"'],
    [{ sha256: "g".repeat(64) }, `LC1106 "${"g".repeat(64)}"`],
    [{ where: " " }, 'LC1106 " "'],
    [{ where: "a = 1; DROP TABLE b" }, 'LC1106 "a = 1; DROP TABLE b"'],
    [{ path: ["a.csv", "../b.csv"] }, 'LC1208 "../b.csv"'],
    [{ path: "C:\u002fb.csv" }, 'LC1208 "C:/b.csv"'],
  ])("refuses what cannot be: %j", (dataset, expected) => {
    expect(found(dataset)).toEqual([expected]);
  });

  it("needs a name for the times of a wide table", () => {
    expect(messages({ layout: "wide" })).toEqual(["with `layout: wide` the times need the name of a column, `time`"]);
  });

  it("lets texts and names in SQL have semicolons and look like paths", () => {
    expect(found({ select: { sales: "x::DOUBLE" }, where: `a <> ';' AND "b;" > 0` })).toEqual([]);
  });

  it.each([
    ["15 minutes", { unit: "milliseconds", step: 900_000 }],
    ["day", { unit: "milliseconds", step: 86_400_000 }],
    ["businessDay", { unit: "businessDays", step: 1 }],
    ["month", { unit: "months", step: 1, day: 1 }],
    ["2 quartersEnd", undefined],
    ["quarterEnd", { unit: "months", step: 3, day: 31 }],
    ["2 years", { unit: "months", step: 24, day: 1 }],
    [5, { unit: "number", step: 5 }],
  ])("reads the frequency %j", (frequency, expected) => {
    const { plan } = analyze(spec({ time: "t", frequency }));
    expect(
      plan && "time" in plan.dataset && typeof plan.dataset.time === "object" && plan.dataset.time.frequency,
    ).toEqual(expected);
  });

  it("reads one more feature for each that says where it is missing", () => {
    const dataset = { features: ["a", "b", "c"], columns: { b: { missing: "mean" } }, whenMissing: "indicator" };
    expect(analyze(spec(dataset)).plan!.dataset.inputs[0]!.shape).toEqual([4, 5]);
  });

  it("gives metrics in units of the data where one linear scale has them", () => {
    const train = (dataset: object): string => compile(spec(dataset)).program!.files.get("train.ts")!;
    expect(train({ scaling: "robust" })).toContain("UNIT_POWERS = { meanAbsoluteError: 1 }");
    for (const dataset of [{ scaling: "none" }, { scaling: "log" }, { series: "s", scalePer: "series" }]) {
      expect(train(dataset)).not.toContain("UNIT_POWERS");
    }
  });

  it("draws series with training.seed", () => {
    const { dataset } = analyze(spec({ series: "s", splitBy: "series" })).plan!;
    expect(dataset).toMatchObject({ seed: 7, validation: { fraction: 0.1, seed: 7 } });
  });

  it("brings DuckDB to programs that read tables, and to no others", () => {
    const packages = (text: string): string => compile(text).program!.files.get("package.json")!;
    expect(packages(spec({}))).toContain('"@duckdb/node-api": "1.5.6-r.1"');
    expect(packages(spec({}).replace('"type":"table"', '"type":"csv"'))).not.toContain("duckdb");
  });

  it("keeps whatever columns are called as text", () => {
    const hostile = ["__proto__", 'a"); process.exit(); //', "\u2028", "constructor", "`"];
    const text = spec({ target: hostile[0], features: hostile, series: ["toString"], time: "hasOwnProperty" });
    const { program, diagnostics } = compile(text);
    expect(diagnostics).toEqual([]);
    const data = program!.files.get("data.ts")!;
    for (const name of hostile.slice(3)) expect(data).toContain(JSON.stringify(name));
    expect(data).toContain('"a\\"); process.exit(); //"');
    expect(data).not.toContain("\u2028");
  });
});
