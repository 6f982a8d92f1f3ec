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
 * into training rows, but its targets are test rows. x: [lookback, batch, features]; y: [batch, horizon]; both scaled.
 * @throws UserError (3) where the file is missing, (1) with file, line and column where it is wrong
 */
export function loadCsv(options: CsvOptions): CsvDataset {
  const { file, target, features, lookback, horizon, testFraction, scaling } = options;
  const bytes = readDataFile(file);
  const [header, ...rows] = parseCsv(decode(bytes, file), file);
  if (header === undefined) throw wrong(file, 1, 1, "the file is empty", "give a header row and rows of numbers");
  const names = header.map((cell) => cell.text.trim());
  for (const row of rows) {
    if (row.length === names.length) continue;
    const what = `the row has ${row.length} cell${row.length === 1 ? "" : "s"}, the header has ${names.length}`;
    throw wrong(file, row[0]!.line, 1, what, "make them agree; numbers need a decimal point, not a comma");
  }
  const columns = new Map(
    [...new Set([target, ...features])].map((name) => [name, readColumn(name, header, rows, file)]),
  );

  const trainRows = rows.length - Math.max(1, Math.round(rows.length * testFraction));
  const testRows = rows.length - trainRows;
  const end = (rows.at(-1) ?? header)[0]!.line;
  const few = `${rows.length} row${rows.length === 1 ? " is" : "s are"} too few`;
  if (trainRows < lookback + horizon) {
    const what = `${few}: ${trainRows} of them for training, but a window needs ${lookback} + ${horizon}`;
    throw wrong(
      file,
      end,
      1,
      what,
      "give more rows, or lower dataset.lookback, dataset.horizon or dataset.testFraction",
    );
  }
  if (testRows < horizon) {
    const what = `${few}: ${testRows} of them for testing, but a forecast needs ${horizon}`;
    throw wrong(file, end, 1, what, "give more rows, raise dataset.testFraction or lower dataset.horizon");
  }
  const scalers = new Map(
    [...columns].map(([name, values]) => [name, fitScaler(values.subarray(0, trainRows), scaling)]),
  );
  const scaled = (name: string): Float32Array => {
    const { offset, scale } = scalers.get(name)!;
    const result = Float32Array.from(columns.get(name)!, (value) => (value - offset) / scale);
    const outside = result.findIndex((value) => !Number.isFinite(value));
    if (outside < 0) return result;
    const what = `column ${JSON.stringify(name)} does not fit into 32-bit floats when it is scaled`;
    throw wrong(file, rows[outside]![0]!.line, 1, what, "give its numbers in a larger unit, or drop the outliers");
  };
  const inputs = features.map(scaled);
  const targets = scaled(target);
  const width = inputs.length;

  /** Windows whose first target is row `first`, `first` + 1, …; the targets of windows at the end are 0 beyond it. */
  const windows = (first: number, count: number): Split => {
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
  };
  return {
    train: windows(lookback, trainRows - lookback - horizon + 1),
    test: windows(trainRows, testRows - horizon + 1),
    future: windows(rows.length, 1),
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

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    throw wrong(file, 1, 1, "the file is not text in UTF-8", "save it as UTF-8");
  }
}

/** RFC 4180: quotes, doubled quotes, line breaks inside quotes; lines end in CRLF, LF or CR. Empty lines at the end are dropped. */
function parseCsv(text: string, file: string): Cell[][] {
  const records: Cell[][] = [];
  let cells: Cell[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  /** Passes the line break at `at`. */
  const passBreak = (): void => {
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    line++;
    lineStart = at;
  };
  const isBreak = (): boolean => text[at] === "\n" || text[at] === "\r";
  while (at <= text.length) {
    const place = { line, column: at - lineStart + 1 };
    const start = at;
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; ) {
        if (at >= text.length) throw wrong(file, place.line, place.column, "a quote is never closed", "close it");
        if (isBreak()) passBreak();
        else at += text[at] === '"' ? 2 : 1;
      }
      at++;
      cells.push({ text: text.slice(start + 1, at - 1).replaceAll('""', '"'), ...place });
      if (at < text.length && text[at] !== "," && !isBreak()) {
        throw wrong(file, line, at - lineStart + 1, "text follows a closing quote", "separate cells by commas");
      }
    } else {
      while (at < text.length && text[at] !== "," && !isBreak()) at++;
      cells.push({ text: text.slice(start, at), ...place });
    }
    if (text[at] === ",") {
      at++;
      continue;
    }
    records.push(cells);
    cells = [];
    if (at >= text.length) break;
    passBreak();
  }
  while (records.at(-1)?.length === 1 && records.at(-1)![0]!.text.trim() === "") records.pop();
  return records;
}

/** What counts as a number; Number() alone would take "", "0x10" and "Infinity" too. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function readColumn(name: string, header: readonly Cell[], rows: readonly Cell[][], file: string): Float64Array {
  const names = header.map((cell) => cell.text.trim());
  const index = names.indexOf(name);
  if (index < 0) {
    const near = nearest(name, names);
    const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
    throw wrong(file, 1, 1, `there is no column ${JSON.stringify(name)}${hint}`, `use one of: ${names.join(", ")}`);
  }
  const again = names.indexOf(name, index + 1);
  if (again >= 0) {
    const { line, column } = header[again]!;
    throw wrong(
      file,
      line,
      column,
      `a second column is called ${JSON.stringify(name)}`,
      "give each column its own name",
    );
  }
  return Float64Array.from(rows, (cells) => {
    const { text, line, column } = cells[index]!;
    const value = Number(text);
    if (NUMBER.test(text.trim()) && Number.isFinite(value)) return value;
    const what = text.trim() === "" ? "an empty cell" : JSON.stringify(text);
    throw wrong(
      file,
      line,
      column,
      `${what} in column ${JSON.stringify(name)} is not a finite number`,
      "give a number",
    );
  });
}

/** The name with the smallest edit distance, where that is at most a third of its length or differs in case alone. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.floor(best.candidate.length / 3) ? best.candidate : undefined;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

function fitScaler(values: Float64Array, scaling: CsvOptions["scaling"]): Scaler {
  if (scaling === "none") return { offset: 0, scale: 1 };
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  // A constant column: its computed deviation may be a rounding error instead of 0.
  if (low === high) return { offset: low, scale: 1 };
  if (scaling === "minMax") return { offset: low, scale: high - low };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { offset: mean, scale: Math.sqrt(variance) || 1 };
}

function wrong(file: string, line: number, column: number, what: string, fix: string): UserError {
  return new UserError(`${file}:${line}:${column}: ${what}`, { exitCode: 1, fix });
}
