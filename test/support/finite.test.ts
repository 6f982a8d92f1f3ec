import { describe, expect, it } from "vitest";
import { requireFinite } from "../../src/support/finite.ts";
import { userError } from "./data/fixtures.ts";

describe("requireFinite", () => {
  it("gives back what is finite", () => {
    const values = Float32Array.of(0, -1.5, 3.4e38);
    expect(requireFinite(values, "x")).toBe(values);
    expect(requireFinite([], "x")).toEqual([]);
  });

  it.each([
    [[1, Number.NaN, 2, Number.NEGATIVE_INFINITY], "2 of 4 numbers are not finite; the first, at index 1, is NaN"],
    [[1, Number.POSITIVE_INFINITY], "1 of 2 numbers is not finite; the first, at index 1, is Infinity"],
    [[Number.NaN], "the only number is not finite: NaN"],
  ])("refuses %j", async (values, message) => {
    const error = await userError(() => requireFinite(values, "the predictions of x.npy"));
    expect(error).toMatchObject({ exitCode: 1, message: `the predictions of x.npy: ${message}` });
    expect(error.fix).toContain("clipNorm");
  });
});
