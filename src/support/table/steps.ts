import { businessDay, DAY, type Frequency, isWeekend, later } from "../data/time.ts";

/** A time of a row. Units: ms since 1970, ms that its zone adds to UTC; of plain numbers the number and 0. */
export interface RowTime {
  readonly instant: number;
  readonly offset: number;
}

/** Numbers that count rows, such as 0.1, 0.2, 0.3, are whole steps apart up to this. Unit: steps. */
const TOLERANCE = 1e-6;

/** How many steps `to` comes after `from`; NaN where that is no whole number. */
export function stepsBetween(from: RowTime, to: RowTime, frequency: Frequency): number {
  const { unit, step } = frequency;
  if (unit === "number") {
    const steps = (to.instant - from.instant) / step;
    return Math.abs(steps - Math.round(steps)) <= TOLERANCE ? Math.round(steps) : Number.NaN;
  }
  const [start, end] = [from.instant + from.offset, to.instant + to.offset];
  if (unit === "milliseconds") {
    // Days go by the clock, which may be put forward between them; hours go on all the same.
    const [byClock, elapsed] = [whole((end - start) / step), whole((to.instant - from.instant) / step)];
    const steps = step % DAY === 0 ? [byClock, elapsed] : [elapsed, byClock];
    return steps.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  }
  if (unit === "businessDays") {
    if (isWeekend(start) || isWeekend(end) || (end - start) % DAY !== 0) return Number.NaN;
    return businessDay(end) - businessDay(start);
  }
  const steps = whole((monthOf(end) - monthOf(start)) / step);
  return later(start, steps, frequency) === end ? steps : Number.NaN;
}

/** The time `steps` steps after another, in its zone. */
export function timeAfter({ instant, offset }: RowTime, steps: number, frequency: Frequency): RowTime {
  if (frequency.unit === "number") return { instant: instant + steps * frequency.step, offset };
  return { instant: later(instant + offset, steps, frequency) - offset, offset };
}

function whole(value: number): number {
  return Number.isInteger(value) ? value : Number.NaN;
}

function monthOf(clock: number): number {
  const date = new Date(clock);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
