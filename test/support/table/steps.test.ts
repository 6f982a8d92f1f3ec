import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frequency } from "../../../src/support/data/time.ts";
import { stepsBetween, timeAfter } from "../../../src/support/table/steps.ts";

const MINUTE = 60_000;
const at = (text: string, offset = 0) => ({ instant: Date.parse(text), offset: offset * MINUTE });

const FREQUENCIES: readonly Frequency[] = [
  { unit: "number", step: 0.1 },
  { unit: "milliseconds", step: 15 * MINUTE },
  { unit: "milliseconds", step: 1440 * MINUTE },
  { unit: "businessDays", step: 1 },
  { unit: "months", step: 1, day: 31 },
  { unit: "months", step: 3, day: 30 },
  { unit: "months", step: 12, day: 29 },
];

describe("stepsBetween", () => {
  it("counts the steps that timeAfter takes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FREQUENCIES), fc.nat(500), fc.nat(200), (frequency, first, steps) => {
        const origin = frequency.unit === "number" ? { instant: 0, offset: 0 } : at("2019-12-30T00:00:00Z", 60);
        // A time that rows of this frequency have.
        const from = timeAfter({ ...origin, instant: origin.instant - origin.offset }, first, frequency);
        expect(stepsBetween(from, timeAfter(from, steps, frequency), frequency)).toBe(steps);
      }),
    );
  });

  it("is NaN where rows are no whole number of steps apart", () => {
    const [minutes, days, business, months] = [1, 2, 3, 4].map((k) => FREQUENCIES[k]!);
    expect(stepsBetween(at("2024-01-01T00:00Z"), at("2024-01-01T00:20Z"), minutes!)).toBeNaN();
    expect(stepsBetween(at("2024-01-01T00:00Z"), at("2024-01-02T01:00Z"), days!)).toBeNaN();
    expect(stepsBetween(at("2024-01-05T00:00Z"), at("2024-01-06T00:00Z"), business!)).toBeNaN();
    expect(stepsBetween(at("2024-01-31T00:00Z"), at("2024-02-28T00:00Z"), months!)).toBeNaN();
    expect(stepsBetween({ instant: 0, offset: 0 }, { instant: 0.25, offset: 0 }, FREQUENCIES[0]!)).toBeNaN();
  });

  it("counts days by the clock and hours as they pass, where clocks are changed", () => {
    const hour: Frequency = { unit: "milliseconds", step: 60 * MINUTE };
    const [days] = [FREQUENCIES[2]!];
    const before = at("2024-03-31T00:00Z", 60);
    expect(stepsBetween(before, at("2024-03-31T01:00Z", 120), hour)).toBe(1);
    expect(stepsBetween(at("2024-03-30T23:00Z", 60), at("2024-03-31T22:00Z", 120), days)).toBe(1);
    expect(stepsBetween(at("2024-10-27T00:00Z", 120), at("2024-10-27T01:00Z", 60), hour)).toBe(1);
  });
});
