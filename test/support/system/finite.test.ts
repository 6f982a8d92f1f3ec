import { describe, expect, it } from "vitest";
import { requireFinite } from "../../../src/support/system/finite.ts";
import { userError } from "../data/fixtures.ts";

describe("requireFinite", () => {
  it("gives back what is finite", () => {
    const values = Float32Array.of(0, -1.5, 3.4e38);
    expect(requireFinite(values, "runs/x")).toBe(values);
    expect(requireFinite([], "runs/x")).toEqual([]);
  });

  it.each([
    [[1, Number.NaN, 2, Number.NEGATIVE_INFINITY], "NaN"],
    [[1, Number.POSITIVE_INFINITY], "Infinity"],
  ])("refuses %j", async (values, first) => {
    const error = await userError(() => requireFinite(values, "runs/x"));
    expect(error.exitCode).toBe(1);
    expect(error.message).toBe(`the model of runs/x gives ${first} for this input, which is no answer`);
  });
});
