import { describe, expect, it } from "vitest";
import { inMemory } from "../../../src/support/data/splits.ts";
import { forecastCsv, forecastJson, forecastText } from "../../../src/support/table/output.ts";
import type { TableWindow } from "../../../src/support/table/read-window.ts";

const future = inMemory({ count: 2, inputs: { input: () => new Float32Array(2) }, targets: () => new Float32Array(2) });
const targetScaler = { log: false, offset: 0, scale: 1, mean: 0 };

function windowOf(...series: readonly (readonly [name: string[], times: string[] | undefined])[]): TableWindow {
  const list = series.map(([name, forecastTimes]) => ({ name, targetScaler, times: undefined, forecastTimes }));
  return { future, series: list, notes: [] };
}

const TWO = windowOf(
  [
    ["a", 'b "x"'],
    ["2024-01", "2024-02"],
  ],
  [["c", "d,e"], undefined],
);
const FORECASTS = [
  [1.25, 2],
  [3, 1 / 3],
];

describe("forecasts of several series", () => {
  it("are lines with the series, and the time or how far ahead it is", () => {
    expect(forecastText(TWO, FORECASTS)).toBe(
      'a / b "x" 2024-01: 1.25\na / b "x" 2024-02: 2\nc / d,e +1: 3\nc / d,e +2: 0.3333333\n',
    );
    expect(forecastText(windowOf([[], undefined]), [[[1, 2, 3]]])).toBe("+1: 1 2 3\n");
  });

  it("are CSV with a column for each column of series", () => {
    const columns = { series: ["store", "item"], time: "month", values: ["sales"] };
    expect(forecastCsv(TWO, FORECASTS, columns)).toBe(
      `store,item,month,sales\na,"b ""x""",2024-01,1.25\na,"b ""x""",2024-02,2\nc,"d,e",+1,3\nc,"d,e",+2,${1 / 3}\n`,
    );
  });

  it("are one JSON document", () => {
    expect(JSON.parse(forecastJson(TWO, FORECASTS))).toEqual({
      series: [
        { series: ["a", 'b "x"'], times: ["2024-01", "2024-02"], forecast: [1.25, 2] },
        { series: ["c", "d,e"], forecast: [3, 1 / 3] },
      ],
    });
    expect(JSON.parse(forecastJson(windowOf([[], undefined]), [[[1, 2]]], [0.1, 0.9]))).toEqual({
      quantiles: [0.1, 0.9],
      series: [{ forecast: [[1, 2]] }],
    });
  });
});
