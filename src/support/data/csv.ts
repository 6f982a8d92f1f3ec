import { basename } from "node:path";
import { UserError } from "../user-error.ts";
import type { Dataset, Split } from "./dataset.ts";
import { readDataFile, sha256 } from "./idx.ts";

export interface CsvOptions {
  readonly file: string;
  readonly target: string;
  readonly features: readonly string[];
  /** Rows that the model reads, and rows that it forecasts. */
  readonly lookback: number;
  readonly horizon: number;
  /** Share of the rows, at the end, kept for testing. */
  readonly testFraction: number;
  readonly scaling: "standard" | "minMax" | "none";
}

/** value = scaled · scale + offset */
export interface Scaler {
  readonly offset: number;
  readonly scale: number;
}

export interface CsvDataset extends Dataset {
  readonly targetScaler: Scaler;
  /** One sample: the last window of the file, whose targets lie in the future. */
  readonly future: Split;
}

/**
 * A time series as windows. The split is by time and scalers are fitted on the training rows alone; a test window may look back
 * into training rows, but its targets are test rows.
 * @throws UserError with file, line and column
 */
export function loadCsv(options: CsvOptions): CsvDataset {
  const { file, target, features, lookback, horizon, testFraction, scaling } = options;
  const bytes = readDataFile(file);
  const records = parseCsv(Buffer.from(bytes).toString("utf8").replace(/^\ufeff/, ""), file);
  const [header, ...rows] = records;
  if (header === undefined) throw wrong(file, 1, 1, "the file is empty", "give a header row and rows of numbers");
  const names = header.cells.map((cell) => cell.text.trim());
  const columns = new Map([...new Set([target, ...features])].map((name) => [name, readColumn(name, names, rows, file)]));

  const trainRows = rows.length - Math.max(1, Math.round(rows.length * testFraction));
  const needed = lookback + horizon;
  if (trainRows < needed || rows.length - trainRows < horizon) {
    throw wrong(file, rows.length + 1, 1, `${rows.length} rows are too few: ${trainRows} for training, but a window needs ${needed}`, "lower lookback, horizon or testFraction, or give more rows");
  }
  const scalers = new Map([...columns].map(([name, values]) => [name, fitScaler(values.subarray(0, trainRows), scaling)]));
  const scaled = (name: string): Float32Array => {
    const { offset, scale } = scalers.get(name)!;
    return Float32Array.from(columns.get(name)!, (value) => (value - offset) / scale);
  };
  const inputs = features.map(scaled);
  const targets = scaled(target);

  /** Windows whose first target is row `first`, `first` + 1, … */
  const windows = (first: number, count: number, hasTargets = true): Split => ({
    count,
    fill(indices, x, y) {
      const batch = indices.length;
      for (let b = 0; b < batch; b++) {
        const start = first + indices[b]! - lookback;
        for (let t = 0; t < lookback; t++) {
          for (const [f, values] of inputs.entries()) x[(t * batch + b) * inputs.length + f] = values[start + t]!;
        }
        for (let h = 0; h < horizon; h++) y[b * horizon + h] = hasTargets ? targets[start + lookback + h]! : 0;
      }
    },
  });
  const firstTest = trainRows;
  return {
    train: windows(lookback, trainRows - lookback - horizon + 1),
    test: windows(firstTest, rows.length - firstTest - horizon + 1),
    future: windows(rows.length, 1, false),
    targetScaler: scalers.get(target)!,
    source: file,
    checksums: { [basename(file)]: sha256(bytes) },
  };
}

interface Cell {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** RFC 4180: quotes, doubled quotes, line breaks inside quotes; CRLF or LF. Empty lines are skipped. */
function parseCsv(text: string, file: string): { cells: Cell[] }[] {
  const records: { cells: Cell[] }[] = [];
  let cells: Cell[] = [];
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at <= text.length; ) {
    const column = at - lineStart + 1;
    let value = "";
    const startLine = line;
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) throw wrong(file, startLine, column, "a quote is never closed", "close it");
        if (text[at] === "\n") {
          line++;
          lineStart = at + 1;
        }
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') value += text[at++];
        else break;
      }
      at++;
    } else {
      while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") value += text[at++];
    }
    cells.push({ text: value, line: startLine, column });
    if (text[at] === ",") {
      at++;
      continue;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n") {
      throw wrong(file, line, at - lineStart + 1, "text follows a closing quote", "separate cells by commas");
    }
    if (cells.length > 1 || cells[0]!.text !== "") records.push({ cells });
    cells = [];
    line++;
    lineStart = at + 1;
    at++;
  }
  return records;
}

function readColumn(name: string, names: readonly string[], rows: readonly { cells: Cell[] }[], file: string): Float64Array {
  const index = names.indexOf(name);
  if (index < 0) throw wrong(file, 1, 1, `there is no column ${JSON.stringify(name)}`, `use one of ${names.join(", ")}`);
  return Float64Array.from(rows, ({ cells }) => {
    const cell = cells[index];
    if (cell === undefined) throw wrong(file, cells[0]!.line, 1, `the row has ${cells.length} cells, the header ${names.length}`, "complete the row");
    const value = Number(cell.text);
    if (cell.text.trim() === "" || !Number.isFinite(value)) {
      throw wrong(file, cell.line, cell.column, `${JSON.stringify(cell.text)} in column ${JSON.stringify(name)} is not a finite number`, "give a number");
    }
    return value;
  });
}

function fitScaler(values: Float64Array, scaling: CsvOptions["scaling"]): Scaler {
  if (scaling === "none") return { offset: 0, scale: 1 };
  if (scaling === "minMax") {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return { offset: low, scale: high - low || 1 };
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { offset: mean, scale: Math.sqrt(variance) || 1 };
}

function wrong(file: string, line: number, column: number, what: string, fix: string): UserError {
  return new UserError(`${file}:${line}:${column}: ${what}`, { exitCode: 1, fix });
}
