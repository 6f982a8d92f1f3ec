import type { ForecastSeries } from "../forecast/compare.ts";
import { readColumns, requireColumns } from "./csv-columns.ts";
import { counted, csvError, type Problem } from "./csv-problems.ts";
import { type CsvFitted, fitScaler, parseCsvFitted, type Scaler, type Scaling } from "./csv-scalers.ts";
import { type CsvTable, readTable, wrongAt } from "./csv-table.ts";
import { fitTime, orderRows, type TimeOptions } from "./csv-time.ts";
import { type Column, scaleColumn, valueNotes } from "./csv-values.ts";
import { orderWindow } from "./csv-window.ts";
import type { Dataset, Split } from "./dataset.ts";
import { heldOutCount, inMemory, type ValidationSplit, validationStart } from "./splits.ts";
import { seasonLength } from "./time.ts";

export interface CsvOptions extends TimeOptions {
  readonly file: string;
  readonly target: string;
  readonly features: readonly string[];
  /** Rows that the model reads, and rows that it forecasts. */
  readonly lookback: number;
  readonly horizon: number;
  /** Share of the rows, at the end, kept for testing. */
  readonly testFraction: number;
  /** Share of the rows before the test part, at their end, held out; or the test part itself. */
  readonly validation: ValidationSplit;
  readonly scaling: Scaling;
  /** Rows per season. By default those that the frequency suggests. */
  readonly season?: number;
  /** Takes lines about data that may not be what it seems. */
  readonly note?: ((line: string) => void) | undefined;
}

export interface CsvDataset extends Dataset {
  readonly fitted: CsvFitted;
  readonly targetScaler: Scaler;
  /** What is forecast, in units of the data. */
  readonly series: ForecastSeries;
}

/** The end of a series, to forecast what follows it. */
export interface CsvWindow {
  /** One sample, the last rows of the file; its targets lie in the future and are 0. */
  readonly future: Split;
  readonly targetScaler: Scaler;
  /** The times of these rows, as the file has them; undefined without a column of times. */
  readonly times: readonly string[] | undefined;
  /** The times that are forecast, [horizon], written in the same way; undefined where rows have no frequency. */
  readonly forecastTimes: readonly string[] | undefined;
  /** One line: where the rows came from. */
  readonly source: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * A time series as windows. The split is by time: training, validation, test. Scalers are fitted on the training rows alone. A window
 * may look back across the borders, but its targets are rows of one part. x: [lookback, batch, features]; y: [batch, horizon]; both scaled.
 * @throws UserError (3) where the file is missing, (1) with file, line and column where it is wrong
 */
export function loadCsv(options: CsvOptions): CsvDataset {
  const {
    file,
    target,
    features,
    lookback,
    horizon,
    testFraction,
    validation,
    scaling,
    note = () => undefined,
  } = options;
  const wanted = [target, ...features];
  const read = readTable(file);
  const othersOf = (table: CsvTable): readonly Problem[] => orderRows(table, options, wanted).problems;
  requireColumns(read, wanted, options.time, othersOf);
  const { table, time, problems } = orderRows(read, options, wanted);
  const columns = [...readColumns(table, wanted, othersOf)].map(([name, values]): Column => ({ name, values }));
  if (problems.length > 0) throw csvError(table, problems);
  const rows = table.starts.length;

  const testStart = rows - heldOutCount(rows, testFraction);
  const trainRows = validationStart(testStart, validation);
  const few = `${counted(rows, "row")} ${rows === 1 ? "is" : "are"} too few`;
  if (trainRows < lookback + horizon) {
    const what = `${few}: ${trainRows} of them for training, but a window needs ${lookback} + ${horizon}`;
    throw wrongAtEnd(
      table,
      what,
      "give more rows, or lower dataset.lookback, dataset.horizon, dataset.validation or dataset.testFraction",
    );
  }
  if (validation !== "test" && testStart - trainRows < horizon) {
    const what = `${few}: ${testStart - trainRows} of them for validation, but a forecast needs ${horizon}`;
    throw wrongAtEnd(
      table,
      what,
      "give more rows, raise dataset.validation, lower dataset.horizon, or use `validation: test`",
    );
  }
  if (rows - testStart < horizon) {
    const what = `${few}: ${rows - testStart} of them for testing, but a forecast needs ${horizon}`;
    throw wrongAtEnd(table, what, "give more rows, raise dataset.testFraction or lower dataset.horizon");
  }
  const scalers = Object.fromEntries(
    columns.map(({ name, values }) => [name, fitScaler(values.subarray(0, trainRows), scaling)]),
  );
  const scaled = scaleColumns(table, columns, scalers, trainRows);
  const kept = time === undefined ? undefined : fitTime(table, time);
  for (const line of [...(kept?.notes ?? []), ...columns.flatMap((column) => valueNotes(table, column, trainRows))]) {
    note(`data: ${file}: ${line}`);
  }
  const inputs = features.map((name) => scaled.get(name)!);
  const targets = scaled.get(target)!;
  const windows = (first: number, count: number): Split =>
    windowSplit({ inputs, targets, lookback, horizon }, first, count);
  const fitted: CsvFitted = { scalers, time: kept?.fitted ?? null };
  const test = windows(testStart, rows - testStart - horizon + 1);
  return {
    train: windows(lookback, trainRows - lookback - horizon + 1),
    validation: validation === "test" ? test : windows(trainRows, testStart - trainRows - horizon + 1),
    test,
    fitted,
    targetScaler: scalers[target]!,
    series: {
      name: target,
      values: columns.find(({ name }) => name === target)!.values,
      trainRows,
      testStart,
      season: options.season ?? seasonLength(fitted.time?.frequency),
    },
    source: file,
    checksums: table.checksums,
  };
}

/**
 * The last `lookback` rows of a file, scaled as `fitted` says: {@link CsvDataset.fitted} of the run that forecasts. Nothing else of
 * the file has a say in it, and the target column is needed only where the model reads it.
 * @param file which may differ from the one that was trained on
 * @throws UserError (3) where the file is missing, (1) where it or the fitted state is wrong
 */
export function readCsvWindow(options: CsvOptions, fitted: unknown, file = options.file): CsvWindow {
  const { target, features, lookback, horizon, note = () => undefined } = options;
  const { scalers, time } = parseCsvFitted(fitted, [target, ...features]);
  const read = readTable(file);
  requireColumns(read, features, options.time, () => []);
  const rows = read.starts.length;
  if (rows < lookback) {
    const what = `${counted(rows, "row")} ${rows === 1 ? "is" : "are"} too few: the model reads the last ${lookback}`;
    throw wrongAtEnd(read, what, `give the last ${lookback} rows of the series, or more`);
  }
  const window = orderWindow(read, { ...options, target, fitted: time });
  const { table, times, forecastTimes } = window;
  const columns = [...readColumns(table, features, () => window.problems)].map(
    ([name, values]): Column => ({ name, values }),
  );
  if (window.problems.length > 0) throw csvError(table, window.problems);
  const scaled = scaleColumns(table, columns, scalers, 0);
  for (const line of window.notes) note(`data: ${file}: ${line}`);
  const inputs = features.map((name) => scaled.get(name)!);
  return {
    future: windowSplit({ inputs, targets: new Float32Array(0), lookback, horizon }, lookback, 1),
    targetScaler: scalers[target]!,
    times,
    forecastTimes,
    source: file,
    checksums: table.checksums,
  };
}

/** @throws UserError (1) naming the numbers that cannot be scaled */
function scaleColumns(
  table: CsvTable,
  columns: readonly Column[],
  scalers: CsvFitted["scalers"],
  trainRows: number,
): Map<string, Float32Array> {
  const results = columns.map(
    (column) => [column.name, scaleColumn(table, column, scalers[column.name]!, trainRows)] as const,
  );
  const problems = results.flatMap(([, result]): Problem[] => (result instanceof Float32Array ? [] : [result]));
  if (problems.length > 0) throw csvError(table, problems);
  return new Map(
    results.flatMap(([name, result]) => (result instanceof Float32Array ? [[name, result] as const] : [])),
  );
}

interface Series {
  /** Values of each feature, row by row, scaled. */
  readonly inputs: readonly Float32Array[];
  readonly targets: Float32Array;
  readonly lookback: number;
  readonly horizon: number;
}

/** Windows whose first target is row `first`, `first` + 1, …; the targets of windows at the end are 0 beyond it. */
function windowSplit({ inputs, targets, lookback, horizon }: Series, first: number, count: number): Split {
  const width = inputs.length;
  const input = (indices: Int32Array): Float32Array => {
    const batch = indices.length;
    const x = new Float32Array(lookback * batch * width);
    for (let b = 0; b < batch; b++) {
      const start = first + indices[b]! - lookback;
      for (let f = 0; f < width; f++) {
        const values = inputs[f]!;
        for (let t = 0; t < lookback; t++) x[(t * batch + b) * width + f] = values[start + t]!;
      }
    }
    return x;
  };
  return inMemory({
    count,
    inputs: { input },
    targets(indices) {
      const y = new Float32Array(indices.length * horizon);
      for (let b = 0; b < indices.length; b++) {
        const start = first + indices[b]!;
        y.set(targets.subarray(start, start + horizon), b * horizon);
      }
      return y;
    },
  });
}

/** At the last row of the file. */
function wrongAtEnd({ starts, ...table }: CsvTable, what: string, fix: string): Error {
  return wrongAt(
    table,
    starts.reduce((last, start) => Math.max(last, start), 0),
    what,
    fix,
  );
}
