import type { Frequency } from "../../support/data/time.ts";

const SECOND = 1000;
const MILLISECONDS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: SECOND,
  minute: 60 * SECOND,
  hour: 3600 * SECOND,
  day: 86_400 * SECOND,
  week: 7 * 86_400 * SECOND,
};
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** "15 minutes", "month", "2 quarters", "monthEnd", or a number alone; undefined for what is none of these. */
export function parseFrequency(given: string | number): Frequency | undefined {
  if (typeof given === "number") return given > 0 && given < 1e12 ? { unit: "number", step: given } : undefined;
  const [, number = "1", word = ""] = /^(?:([1-9]\d{0,5}) )?([A-Za-z]+?)s?$/.exec(given) ?? [];
  const count = Number(number);
  if (Object.hasOwn(MILLISECONDS, word)) return { unit: "milliseconds", step: count * MILLISECONDS[word]! };
  if (word === "businessDay") return count === 1 ? { unit: "businessDays", step: 1 } : undefined;
  const unit = word.replace(/End$/, "");
  if (!Object.hasOwn(MONTHS, unit)) return undefined;
  return { unit: "months", step: count * MONTHS[unit]!, day: word === unit ? 1 : 31 };
}
