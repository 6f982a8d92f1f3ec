import {
  asWritten,
  dateUtc,
  daysInMonth,
  formatTime,
  isTemplate,
  parseTime,
  possibleTemplates,
  type TimeFormat,
} from "./time-format.ts";

/** The step from one row to the next. */
export type Frequency =
  /** `day`: the day of the month; of shorter months the last. 31: always the last. */
  | { readonly unit: "months"; readonly step: number; readonly day: number }
  /** Monday to Friday */
  | { readonly unit: "businessDays"; readonly step: 1 }
  | { readonly unit: "milliseconds"; readonly step: number }
  /** Rows are counted by a number. */
  | { readonly unit: "number"; readonly step: number };

/** The times of a column, row by row. */
export interface Times {
  readonly format: TimeFormat;
  /** Unit: ms since 1970; of plain numbers the numbers. */
  readonly instants: Float64Array;
  /** What each row's zone adds to UTC. Unit: ms. */
  readonly offsets: Float64Array;
}

/** Where day and month stand in dates such as 01/02/2020. */
export type DateOrder = "dayFirst" | "monthFirst";

/** What a column's cells are: times, times of two possible orders of day and month, or something else. */
export type Detection =
  | { readonly kind: "times"; readonly times: Times }
  | { readonly kind: "ambiguous"; readonly readings: readonly [Times, Times] }
  /** The form that most cells have, where any has one, and the indices of those that do not. */
  | { readonly kind: "none"; readonly template: string | undefined; readonly others: readonly number[] };

const SAMPLED = 200;

/** Reads the cells of a column as times, all in one form. `order` decides where they do not tell. */
export function detectTimes(cells: readonly string[], order?: DateOrder): Detection {
  const stride = Math.max(1, Math.floor(cells.length / SAMPLED));
  const counts = new Map<string, number>();
  for (let k = 0; k < cells.length; k += stride) {
    for (const template of possibleTemplates(cells[k]!)) counts.set(template, (counts.get(template) ?? 0) + 1);
  }
  const unlike = order === "dayFirst" ? /^M[^M]D/ : order === "monthFirst" ? /^D[^M]M[^M]/ : undefined;
  const templates = [...counts]
    .filter(([template]) => unlike === undefined || !unlike.test(template))
    .sort(([, a], [, b]) => b - a)
    .map(([template]) => template);
  const readings = templates.flatMap((template) => readTimes(cells, template) ?? []);
  const [first, ...more] = readings;
  if (first === undefined) {
    const [template] = templates;
    const format = template === undefined ? undefined : { template, century: 1969 };
    const others = [...cells.keys()].filter((k) => format === undefined || parseTime(cells[k]!, format) === undefined);
    return { kind: "none", template, others };
  }
  // Day and month as numbers before the year: the only forms that can be taken for one another.
  const isNumeric = ({ format }: Times): boolean => /^(D+|MM?)[^A-Z]/.test(format.template);
  const isOther = (reading: Times): boolean => isNumeric(reading) && isNumeric(first);
  const other = more.find((reading) => isOther(reading) && reading.instants.some((at, k) => at !== first.instants[k]));
  return other === undefined ? { kind: "times", times: first } : { kind: "ambiguous", readings: [first, other] };
}

/** Undefined where a cell has another form. Two digits of a year stand for the hundred years in which the rows lie closest together. */
function readTimes(cells: readonly string[], template: string): Times | undefined {
  const centuries = /YYYY/.test(template) || !/YY/.test(template) ? [1969] : [1969, 1900, 2000];
  const readings = centuries.flatMap((century) => parseTimes(cells, { template, century }) ?? []);
  const [best] = readings.sort((a, b) => span(a.instants) - span(b.instants));
  return best && { ...best, format: { ...best.format, template: asWritten(template, cells) } };
}

function span(values: Float64Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}

/** Times in a known form; undefined where a cell has another one. */
export function parseTimes(cells: readonly string[], format: TimeFormat): Times | undefined {
  const instants = new Float64Array(cells.length);
  const offsets = new Float64Array(cells.length);
  for (const [k, cell] of cells.entries()) {
    const time = parseTime(cell, format);
    if (time === undefined) return undefined;
    instants[k] = time.instant;
    offsets[k] = time.offset;
  }
  return { format, instants, offsets };
}

/** Never rising, and falling somewhere. */
export function isDescending(values: Float64Array): boolean {
  return (
    values.length > 1 && values[0]! > values.at(-1)! && values.every((value, k) => k === 0 || value <= values[k - 1]!)
  );
}

/** Unit: ms. */
export const DAY = 86_400_000;

/** The steps between rows that are not the frequency: `first` is the index of the row after the first of them. */
export interface Gaps {
  readonly count: number;
  readonly first: number;
  /** Rows that are missing; 0 where some steps are no multiple of the frequency. */
  readonly missing: number;
}

/** The step that most rows, at least half of them, have to the row before, and the steps that differ. Rows must be in order of time. */
export function inferFrequency({ format, instants, offsets }: Times): { frequency: Frequency | undefined; gaps: Gaps } {
  const none = { frequency: undefined, gaps: { count: 0, first: -1, missing: 0 } };
  if (instants.length < 3) return none;
  if (format.template === "N") {
    const rounded = differences(instants).map((difference) => Number(difference.toPrecision(9)));
    return withGaps(rounded, (step) => ({ unit: "number", step })) ?? none;
  }
  const clock = instants.map((instant, k) => instant + offsets[k]!);
  const days = Math.min(...[clock, instants].map(leastDifference)) / DAY;
  const day = days < 27 ? undefined : dayOfMonth(clock);
  if (day !== undefined) {
    const months = clock.map((at) => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth());
    return withGaps(differences(months), (step) => ({ unit: "months", step, day })) ?? none;
  }
  const found = [clock, instants]
    .map((at) => withGaps(differences(at), (step) => ({ unit: "milliseconds", step })) ?? none)
    .sort(
      (a, b) => Number(b.frequency !== undefined) - Number(a.frequency !== undefined) || a.gaps.count - b.gaps.count,
    )[0]!;
  const isDaily = found.frequency?.unit === "milliseconds" && found.frequency.step === DAY;
  if (!isDaily || clock.at(-1)! - clock[0]! < 14 * DAY || clock.some(isWeekend)) return found;
  const steps = differences(clock.map(businessDay));
  const business = withGaps(steps, () => ({ unit: "businessDays", step: 1 }));
  return business ?? found;
}

function differences(values: Float64Array): Float64Array {
  return values.subarray(1).map((value, k) => value - values[k]!);
}

function leastDifference(values: Float64Array): number {
  return differences(values).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** The day of the month that all times stand on, at one hour; 31 where it is each month's last. */
function dayOfMonth(clock: Float64Array): number | undefined {
  const first = clock[0]!;
  if (clock.some((at) => (at - first) % DAY !== 0)) return undefined;
  const dates = Array.from(clock, (at) => new Date(at));
  const lengths = dates.map((date) => daysInMonth(date.getUTCFullYear(), date.getUTCMonth() + 1));
  const days = dates.map((date) => date.getUTCDate());
  if (days.every((day, k) => day === lengths[k])) return 31;
  const last = days.reduce((a, b) => Math.max(a, b), 0);
  return days.every((day, k) => day === Math.min(last, lengths[k]!)) ? last : undefined;
}

export function isWeekend(clock: number): boolean {
  return new Date(clock).getUTCDay() % 6 === 0;
}

/** Days from Monday to Friday since Monday, 1970-01-05; of no weekend. */
export function businessDay(clock: number): number {
  const day = Math.floor(clock / DAY) - 4;
  const week = Math.floor(day / 7);
  return 5 * week + (day - 7 * week);
}

/** The most frequent step, where half of all steps are it. */
function withGaps(
  steps: Float64Array,
  make: (step: number) => Frequency,
): { frequency: Frequency; gaps: Gaps } | undefined {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const [step, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0]);
  if (step <= 0 || count < steps.length / 2) return undefined;
  const others = [...steps.keys()].filter((k) => steps[k] !== step);
  const multiples = others.every((k) => Number.isInteger(steps[k]! / step) && steps[k]! > 0);
  const missing = multiples ? others.reduce((sum, k) => sum + steps[k]! / step - 1, 0) : 0;
  return {
    frequency: make(step),
    gaps: { count: others.length, first: others.length === 0 ? -1 : others[0]! + 1, missing },
  };
}

/** What the run keeps of its time column, to read later rows and to date forecasts. */
export type FittedTime = {
  readonly column: string;
  readonly format: TimeFormat;
  /** null where rows have none. */
  readonly frequency: Frequency | null;
};

/** {@link FittedTime} or null, as it was read from a file; undefined where it is something else. */
export function parseFittedTime(value: unknown): FittedTime | null | undefined {
  if (value === null) return null;
  const { column, format, frequency } = (value ?? {}) as { [Key in keyof FittedTime]?: unknown };
  const { template, century } = (format ?? {}) as { [Key in keyof TimeFormat]?: unknown };
  if (typeof column !== "string" || typeof template !== "string" || template.length > 60) return undefined;
  if (century !== 1969 && century !== 1900 && century !== 2000) return undefined;
  if (!isTemplate(template)) return undefined;
  const checked = frequency === null ? null : parseFrequency(frequency ?? {});
  return checked === undefined ? undefined : { column, format: { template, century }, frequency: checked };
}

function parseFrequency({ unit, step, day }: { unit?: unknown; step?: unknown; day?: unknown }): Frequency | undefined {
  if (typeof step !== "number" || !(step > 0 && step < 1e15)) return undefined;
  if (unit === "number" || unit === "milliseconds") return { unit, step };
  if (!Number.isInteger(step)) return undefined;
  if (unit === "businessDays") return step === 1 ? { unit, step } : undefined;
  const isDay = typeof day === "number" && Number.isInteger(day) && day >= 1 && day <= 31;
  return unit === "months" && isDay && step < 1e6 ? { unit, step, day } : undefined;
}

/**
 * The times of the rows that follow, written as those of the file.
 * @param last the last row's time
 * @returns undefined where the rows have no frequency
 */
export function nextTimes(last: string, horizon: number, { format, frequency }: FittedTime): string[] | undefined {
  const time = parseTime(last, format);
  if (time === undefined || frequency === null) return undefined;
  return Array.from({ length: horizon }, (_, k) => {
    const instant =
      frequency.unit === "number"
        ? time.instant + (k + 1) * frequency.step
        : later(time.instant + time.offset, k + 1, frequency) - time.offset;
    return formatTime({ ...time, instant }, format);
  });
}

/** The time `steps` steps after `clock`. */
export function later(clock: number, steps: number, frequency: Frequency): number {
  if (frequency.unit === "months") {
    const date = new Date(clock);
    const month = date.getUTCMonth() + steps * frequency.step;
    const [year, first] = [date.getUTCFullYear() + Math.floor(month / 12), (month % 12) + 1];
    const hour = ((clock % DAY) + DAY) % DAY;
    return dateUtc(year, first, Math.min(frequency.day, daysInMonth(year, first))) + hour;
  }
  if (frequency.unit !== "businessDays") return clock + steps * frequency.step;
  let at = clock;
  for (let left = steps; left > 0; ) {
    at += DAY;
    if (!isWeekend(at)) left--;
  }
  return at;
}

const NAMES: readonly (readonly [number, string])[] = [
  [7 * DAY, "week"],
  [DAY, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
  [1, "millisecond"],
];

/** "1 month", "15 minutes", "1 business day" */
export function describeFrequency(frequency: Frequency): string {
  const { unit, step } = frequency;
  const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? "" : "s"}`;
  if (unit === "number") return String(step);
  if (unit === "businessDays") return "1 business day";
  if (unit === "months") {
    if (step % 12 === 0) return counted(step / 12, "year");
    return step === 3 ? "1 quarter" : counted(step, "month");
  }
  const [size, name] = NAMES.find(([size]) => step % size === 0) ?? [1, "millisecond"];
  return counted(step / size, name);
}

/** Rows per season: 12 months or 4 quarters of a year, 7 days or 5 business days of a week, 52 weeks of a year, the steps of a day. */
export function seasonLength(frequency: Frequency | null | undefined): number | undefined {
  if (frequency === null || frequency === undefined || frequency.unit === "number") return undefined;
  if (frequency.unit === "businessDays") return 5;
  const { step } = frequency;
  if (frequency.unit === "months") return step < 12 && 12 % step === 0 ? 12 / step : undefined;
  if (step === 7 * DAY) return 52;
  if (step === DAY) return 7;
  return step < DAY && DAY % step === 0 ? DAY / step : undefined;
}
