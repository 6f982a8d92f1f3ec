import { seasonLength } from "../data/time.ts";
import type { ForecastSeries } from "../forecast/compare.ts";
import type { Prepared } from "./prepared-file.ts";
import type { SeriesParts } from "./split.ts";
import { seriesName, type WindowSplit } from "./windows.ts";

interface Tested {
  readonly prepared: Prepared;
  readonly parts: readonly SeriesParts[];
  readonly test: WindowSplit;
  /** How many windows of the test part, from the first on, are looked at. */
  readonly windows: number;
  readonly target: string;
  readonly season: number | undefined;
}

/** The series of the test windows, one after the other, in units of the data. Holds the target of one series. */
export function* testSeries({ prepared, parts, test, windows, target, season }: Tested): Generator<ForecastSeries> {
  const { header, firsts } = prepared;
  for (let k = 0; k < windows; ) {
    const { series } = test.place(k);
    const first = firsts[series]!;
    const origins: number[] = [];
    for (; k < windows && test.place(k).series === series; k++) origins.push(test.place(k).row - first);
    const { train, test: tested } = parts[series]!;
    const { name, rows } = header.series[series]!;
    yield {
      name: seriesName(name),
      values: knownValues(prepared, target, first, first + rows),
      trainRows: train.end - train.first,
      testStart: tested.first - first,
      origins,
      season: season ?? seasonLength(header.time?.frequency),
    };
  }
}

/** Of each row the value that the table has, or the last one before it; of rows before the first value that one. */
function knownValues(prepared: Prepared, name: string, first: number, end: number): Float64Array {
  const { header, layout } = prepared;
  const column = header.columns.findIndex((one) => one.name === name);
  const [value, filled] = [layout.values + column, layout.filled[column]!];
  const values = new Float64Array(end - first);
  let [last, known] = [Number.NaN, 0];
  for (const block of prepared.blocks(first, end)) {
    for (let at = 0; at < block.rows.length; at += layout.width, known++) {
      const found = block.rows[at + value]!;
      const isObserved = filled < 0 ? !Number.isNaN(found) : block.rows[at + filled] === 0;
      if (isObserved && Number.isNaN(last)) values.fill(found, 0, known);
      if (isObserved) last = found;
      values[known] = last;
    }
  }
  return values;
}
