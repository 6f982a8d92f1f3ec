import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Split } from "../data/dataset.ts";
import { inMemory } from "../data/splits.ts";
import { describeFrequency, type FittedTime, nextTimes } from "../data/time.ts";
import { formatTime, parseTime } from "../data/time-format.ts";
import { counted } from "../system/counted.ts";
import { writeError } from "../system/files.ts";
import { UserError } from "../system/user-error.ts";
import { quotedList } from "./findings.ts";
import { prepareTable } from "./prepare.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import type { Prepared } from "./prepared-file.ts";
import { scalersOf, type TableFitted, type TableScaler } from "./scalers.ts";
import type { OpenTable } from "./table.ts";
import { InputReader } from "./window-inputs.ts";
import { seriesName, type WindowOptions } from "./windows.ts";

/** A series whose next rows are forecast. */
export interface FutureSeries {
  readonly name: readonly string[];
  readonly targetScaler: TableScaler;
  /** The times of the rows that the model reads, [lookback]; undefined without a column of times. */
  readonly times: readonly string[] | undefined;
  /** The times that are forecast, [horizon]; undefined where rows have no frequency. */
  readonly forecastTimes: readonly string[] | undefined;
}

/** The ends of all series, to forecast what follows them. */
export interface TableWindow {
  /** A sample for each of `series`; its targets lie in the future and are 0. */
  readonly future: Split;
  readonly series: readonly FutureSeries[];
  /** Lines about what was done, and series that are left out. */
  readonly notes: readonly string[];
}

/**
 * The last `lookback` rows of each series, prepared as those of the run were and scaled as `fitted` says; nothing is fitted here, neither
 * how times are written nor the step between them. The target column is needed only where it is a feature.
 * @throws UserError (1) naming what is wrong with the table, series too short or without scalers where no other is left
 */
export async function readWindow(
  table: OpenTable,
  options: PrepareOptions & WindowOptions,
  fitted: TableFitted,
): Promise<TableWindow> {
  const { features, time } = options;
  const cacheDirectory = temporaryFolder();
  try {
    const prepared = await prepareTable(
      table,
      {
        ...options,
        columns: options.columns.filter(({ name }) => features.includes(name)),
        ...(time === undefined || fitted.time === null ? {} : { time: { ...time, fitted: fitted.time } }),
      },
      { cacheDirectory, key: "" },
    );
    try {
      return lastWindows(prepared, options, fitted);
    } finally {
      prepared.close();
    }
  } finally {
    rmSync(cacheDirectory, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  const path = join(tmpdir(), "lstm-compile-");
  try {
    return mkdtempSync(path);
  } catch (error) {
    throw writeError(path, error);
  }
}

function lastWindows(
  prepared: Prepared,
  { target, features, lookback, horizon }: WindowOptions,
  fitted: TableFitted,
): TableWindow {
  const { header, layout, firsts } = prepared;
  const inputs = new InputReader(header, layout, fitted, features);
  const scalers = scalersOf(
    fitted,
    target,
    header.series.map(({ name }) => name),
  );
  const [short, unknown, missing, far, uneven]: string[][] = [[], [], [], [], []];
  const windows: { readonly rows: Float64Array; readonly place: number; readonly series: FutureSeries }[] = [];
  for (const [s, { name, rows: count, lastTime }] of header.series.entries()) {
    const targetScaler = scalers[s] ?? undefined;
    const left = count < lookback ? short : targetScaler === undefined || !inputs.knows(s) ? unknown : undefined;
    if (left !== undefined || targetScaler === undefined) {
      left?.push(seriesName(name));
      continue;
    }
    const start = firsts[s]! + count - lookback;
    const rows = prepared.read(start, lookback, new Float64Array(lookback * layout.width)).slice();
    const ats = Array.from({ length: lookback }, (_, t) => t * layout.width);
    if (!ats.every((at) => inputs.isWhole(rows, at, s))) missing!.push(seriesName(name));
    else if (!ats.every((at) => inputs.columns.every((column) => column.fits(rows, at, s))))
      far!.push(seriesName(name));
    else if (isUneven(ats.slice(1).map((at) => rows[at + layout.gap]!))) uneven!.push(seriesName(name));
    else {
      const times =
        header.time &&
        timesOf(
          ats.map((at) => rows[at + layout.time]!),
          lastTime!,
          header.time,
        );
      const forecastTimes = header.time ? nextTimes(lastTime!, horizon, header.time) : undefined;
      windows.push({ rows, place: s, series: { name, targetScaler, times: times ?? undefined, forecastTimes } });
    }
  }
  const notes = [
    ...header.notes,
    ...leftOut(short!, `with fewer than the ${counted(lookback, "row")} that the model reads`),
    ...leftOut(unknown!, "that the run has no scalers of"),
    ...leftOut(missing!, "with a missing value at the end that nothing takes the place of"),
    ...leftOut(
      uneven!,
      `with rows that are not ${header.time?.frequency ? describeFrequency(header.time.frequency) : ""} apart`,
    ),
  ];
  if (windows.length === 0) {
    throw new UserError(["there is nothing to forecast", ...notes].join("\n"), {
      exitCode: 1,
      fix: `give the last ${counted(lookback, "row")} of each series, complete, or more`,
    });
  }
  const future = inMemory({
    count: windows.length,
    inputs: {
      input(indices) {
        const x = new Float32Array(lookback * indices.length * inputs.width);
        for (const [b, index] of indices.entries()) {
          const { rows, place } = windows[index]!;
          inputs.write(x, b, indices.length, rows, lookback, place);
        }
        return x;
      },
    },
    targets: (indices) => new Float32Array(indices.length * horizon),
  });
  return { future, series: windows.map(({ series }) => series), notes };
}

/** Rows a day apart say nothing to a model of months; single gaps are only told. */
function isUneven(gaps: readonly number[]): boolean {
  return gaps.filter((gap) => gap === 1).length > gaps.length / 2;
}

/** As the table writes times, in the zone of the last. */
function timesOf(instants: readonly number[], last: string, { format }: FittedTime): string[] {
  const time = parseTime(last, format)!;
  return instants.map((instant) => formatTime({ ...time, instant }, format));
}

function leftOut(names: readonly string[], which: string): string[] {
  if (names.length === 0) return [];
  // Without columns of series all rows are of one.
  const list = names.length === 1 && names[0] === "" ? "" : `: ${quotedList(names)}`;
  return [`${counted(names.length, "series", "series")} ${which} left out${list}`];
}
