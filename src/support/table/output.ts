import { sevenDigits } from "../system/shortest.ts";
import type { TableWindow } from "./load-window.ts";
import { seriesName } from "./windows.ts";

/** A forecast of each series: a number for each step, or one for each quantile. */
export type Forecasts = readonly (readonly (number | readonly number[])[])[];

/** What forecasts are of. */
export interface ForecastColumns {
  /** Columns of series. */
  readonly series: readonly string[];
  readonly time: string;
  /** Of the values of a step: the target, or its quantiles. */
  readonly values: readonly string[];
}

/** A line for each step: its time, or how far it is ahead, and its values; with the series where there are several. */
export function forecastText({ series }: TableWindow, forecasts: Forecasts): string {
  return series
    .flatMap(({ name, forecastTimes }, s) => {
      const before = name.length === 0 ? "" : `${seriesName(name)} `;
      return forecasts[s]!.map((step, k) => {
        return `${before}${forecastTimes?.[k] ?? `+${k + 1}`}: ${[step].flat().map(sevenDigits).join(" ")}\n`;
      });
    })
    .join("");
}

/** The same as CSV (RFC 4180) with a header; numbers with all digits. */
export function forecastCsv({ series }: TableWindow, forecasts: Forecasts, columns: ForecastColumns): string {
  const rows = series.flatMap(({ name, forecastTimes }, s) => {
    return forecasts[s]!.map((step, k) => [...name, forecastTimes?.[k] ?? `+${k + 1}`, ...[step].flat().map(String)]);
  });
  const header = [...columns.series, columns.time, ...columns.values];
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

/** One JSON document: for each series its name, the times and the forecast. */
export function forecastJson({ series }: TableWindow, forecasts: Forecasts, quantiles?: readonly number[]): string {
  const list = series.map(({ name, forecastTimes }, s) => ({
    ...(name.length === 0 ? {} : { series: name }),
    ...(forecastTimes === undefined ? {} : { times: forecastTimes }),
    forecast: forecasts[s]!,
  }));
  return `${JSON.stringify({ ...(quantiles === undefined ? {} : { quantiles }), series: list })}\n`;
}

function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
