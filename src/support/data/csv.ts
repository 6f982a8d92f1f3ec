import { columnIndex, readColumns } from "./csv-columns.ts";
import { type CsvFitted, fitScaler, parseCsvFitted, type Scaler, type Scaling } from "./csv-scalers.ts";
import { type CsvTable, placeOf, readTable, wrong, wrongAt } from "./csv-table.ts";
import type { Dataset, Split } from "./dataset.ts";

export interface CsvOptions {
  readonly file: string;
  readonly target: string;
  readonly features: readonly string[];
  /** Rows that the model reads, and rows that it forecasts. */
  readonly lookback: number;
  readonly horizon: number;
  /** Share of the rows, at the end, kept for testing. */
  readonly testFraction: number;
  readonly scaling: Scaling;
}

export interface CsvDataset extends Dataset {
  readonly fitted: CsvFitted;
  readonly targetScaler: Scaler;
  /** One sample: the last window of the file, whose targets lie in the future. */
  readonly future: Split;
}

/** The end of a series, to forecast what follows it. */
export interface CsvWindow {
  /** One sample, the last rows of the file; its targets lie in the future and are 0. */
  readonly future: Split;
  readonly targetScaler: Scaler;
  /** One line: where the rows came from. */
  readonly source: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * A time series as windows. The split is by time and scalers are fitted on the training rows alone; a test window may look back
 * into training rows, but its targets are test rows. x: [lookback, batch, features]; y: [batch, horizon]; both scaled.
 * @throws UserError (3) where the file is missing, (1) with file, line and column where it is wrong
 */
export function loadCsv(options: CsvOptions): CsvDataset {
  const { file, target, features, lookback, horizon, testFraction, scaling } = options;
  const table = readTable(file);
  const columns = readColumns(table, [target, ...features]);
  const rows = table.starts.length;

  const trainRows = rows - Math.max(1, Math.round(rows * testFraction));
  const testRows = rows - trainRows;
  const few = `${rows} row${rows === 1 ? " is" : "s are"} too few`;
  if (trainRows < lookback + horizon) {
    const what = `${few}: ${trainRows} of them for training, but a window needs ${lookback} + ${horizon}`;
    throw wrongAtEnd(table, what, "give more rows, or lower dataset.lookback, dataset.horizon or dataset.testFraction");
  }
  if (testRows < horizon) {
    const what = `${few}: ${testRows} of them for testing, but a forecast needs ${horizon}`;
    throw wrongAtEnd(table, what, "give more rows, raise dataset.testFraction or lower dataset.horizon");
  }
  const scalers = Object.fromEntries(
    [...columns].map(([name, values]) => [name, fitScaler(values.subarray(0, trainRows), scaling)]),
  );
  const scaled = new Map([...columns].map(([name, values]) => [name, scale(values, scalers[name]!, table, name)]));
  const inputs = features.map((name) => scaled.get(name)!);
  const targets = scaled.get(target)!;
  const windows = (first: number, count: number): Split =>
    windowSplit({ inputs, targets, lookback, horizon }, first, count);
  return {
    train: windows(lookback, trainRows - lookback - horizon + 1),
    test: windows(trainRows, testRows - horizon + 1),
    future: windows(rows, 1),
    fitted: { scalers },
    targetScaler: scalers[target]!,
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
  const { target, features, lookback, horizon } = options;
  const { scalers } = parseCsvFitted(fitted, [target, ...features]);
  const table = readTable(file);
  for (const name of features) columnIndex(table, name);
  const rows = table.starts.length;
  if (rows < lookback) {
    const what = `${rows} row${rows === 1 ? " is" : "s are"} too few: the model reads the last ${lookback}`;
    throw wrongAtEnd(table, what, `give the last ${lookback} rows of the series, or more`);
  }
  const last = { ...table, starts: table.starts.slice(-lookback) };
  const columns = readColumns(last, features);
  const inputs = features.map((name) => scale(columns.get(name)!, scalers[name]!, last, name));
  const targets = new Float32Array(0);
  return {
    future: windowSplit({ inputs, targets, lookback, horizon }, lookback, 1),
    targetScaler: scalers[target]!,
    source: file,
    checksums: table.checksums,
  };
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
  return {
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
  };
}

function scale(values: Float64Array, scaler: Scaler, table: CsvTable, name: string): Float32Array {
  const result = Float32Array.from(values, (value) => (value - scaler.offset) / scaler.scale);
  const outside = result.findIndex((value) => !Number.isFinite(value));
  if (outside < 0) return result;
  const what = `column ${JSON.stringify(name)} does not fit into 32-bit floats when it is scaled`;
  throw wrongAt(table, table.starts[outside]!, what, "give its numbers in a larger unit, or drop the outliers");
}

/** In the last row. */
function wrongAtEnd(table: CsvTable, what: string, fix: string): Error {
  return wrong(table.file, placeOf(table, table.starts.at(-1) ?? 0).line, 1, what, fix);
}
