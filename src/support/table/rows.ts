import type { InputSplit } from "../data/dataset.ts";
import { inputsInMemory } from "../data/splits.ts";
import { counted } from "../system/counted.ts";
import { UserError } from "../system/user-error.ts";
import { quoted, quotedList } from "./findings.ts";
import type { MissingPolicy } from "./prepare-options.ts";
import { scaled, scalersOf, type TableFitted, type TableScaler } from "./scalers.ts";
import { seriesName } from "./windows.ts";

/** Rows of a program, the oldest first: the value of each feature, in units of the data. */
export interface RowWindow {
  /** The values of the columns of series; it matters where each series is scaled by itself. */
  readonly series: readonly string[];
  readonly rows: readonly Readonly<Record<string, number | null>>[];
}

/** A feature, and what takes the place of a value that it lacks. */
export interface Feature {
  readonly name: string;
  readonly missing: MissingPolicy;
}

/** Windows of rows as the model reads them, and the scaler of each window's forecast. */
export interface RowSamples {
  readonly samples: InputSplit;
  readonly scalers: readonly TableScaler[];
}

/**
 * The last `lookback` rows of each window, scaled. null stands for a missing value of features with `mean` or `indicator`; the other
 * policies look at a whole table, so that values must be given.
 * @throws UserError (2) where rows are too few, a series is unknown or a value is no number that the model can read
 */
export function rowSamples(
  windows: readonly RowWindow[],
  { target, features, lookback }: { target: string; features: readonly Feature[]; lookback: number },
  fitted: TableFitted,
): RowSamples {
  const names = windows.map(({ series }) => series);
  const scalers = scalersOf(fitted, target, names).map((scaler, index) => scaler ?? unknown(names[index]!, fitted));
  const ofFeatures = features.map(({ name }) => scalersOf(fitted, name, names));
  const indicated = features.flatMap(({ missing }, f) => (missing === "indicator" ? [f] : []));
  const width = features.length + indicated.length;
  const all = windows.map(({ rows, series }, w) => {
    const last = lastRows(rows, w, lookback);
    return last.map((row, t) => {
      const values = features.map(({ name, missing }, f) => {
        const scaler = ofFeatures[f]![w] ?? unknown(series, fitted);
        const given = Object.hasOwn(row, name) ? row[name] : undefined;
        const isFilled = given === null && (missing === "mean" || missing === "indicator");
        const value = scaled(isFilled ? scaler.mean : given!, scaler);
        if (typeof given === "number" || isFilled) if (Number.isFinite(Math.fround(value))) return value;
        const place = `row ${rows.length - lookback + t} of window ${w}`;
        const what = Number.isFinite(given) ? "beyond what the model can read" : "not a finite number";
        throw refused(`${place}: ${quoted(name)} is ${given}, ${what}`, "give a number");
      });
      return [...values, ...indicated.map((f) => Number(row[features[f]!.name] === null))];
    });
  });
  const input = (indices: Int32Array): Float32Array => {
    const x = new Float32Array(lookback * indices.length * width); // time-major
    for (const [b, index] of indices.entries()) {
      for (const [t, values] of all[index]!.entries()) x.set(values, (t * indices.length + b) * width);
    }
    return x;
  };
  return { samples: inputsInMemory({ count: all.length, inputs: { input } }), scalers };
}

function lastRows(rows: RowWindow["rows"], window: number, lookback: number): RowWindow["rows"] {
  if (!Array.isArray(rows)) throw refused(`window ${window} has no list of rows`, "give rows, the oldest first");
  if (rows.length >= lookback) return rows.slice(-lookback);
  const has = counted(rows.length, "row");
  throw refused(`window ${window} has ${has}, but the model reads ${lookback}`, `give the last ${lookback} rows`);
}

function unknown(series: readonly string[], { series: known }: TableFitted): never {
  const fix = `name one of ${quotedList((known ?? []).map(seriesName))}`;
  throw refused(`the run has no scaler for series ${quoted(seriesName(series))}`, fix);
}

function refused(what: string, fix: string): UserError {
  return new UserError(what, { exitCode: 2, fix });
}
