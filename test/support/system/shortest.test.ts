import fc from "fast-check";
import { expect, it } from "vitest";
import { sevenDigits, shortest } from "../../../src/support/system/shortest.ts";

it.each([
  [0.8999999761581421, 0.9],
  [0.0010000000474974513, 0.001],
  [1.0000000116860974e-7, 1e-7],
  [0.3333333432674408, 0.33333334],
  [16777216, 16777216],
  [0.5, 0.5],
  [0, 0],
  [-0.30000001192092896, -0.3],
  [0.1, 0.1],
  [1.0000000001, 1.0000000001],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.NaN, Number.NaN],
])("%d is written as %d", (value, expected) => {
  expect(shortest(value)).toBe(expected);
});

it("every 32-bit float is read back as itself", () => {
  fc.assert(
    fc.property(fc.float(), (value) => Object.is(Math.fround(shortest(value)), value) || value === 0),
    { numRuns: 2000, seed: 1 },
  );
});

it.each([
  [423.18763732910156, 423.1876],
  [-0.000012345678901, -0.00001234568],
  [1.23456789e12, 1.234568e12],
  [0, 0],
  [120, 120],
])("%d is forecast as %d", (value, expected) => {
  expect(sevenDigits(value)).toBe(expected);
});
