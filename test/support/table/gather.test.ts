import { closeSync, openSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gather } from "../../../src/support/table/gather.ts";
import { temporaryFolder, write } from "../data/fixtures.ts";

const folder = temporaryFolder();

describe("gather", () => {
  it("has the rows of a file in any order, however few fit into a batch", () => {
    const numbers = Float64Array.from({ length: 6000 }, (_, k) => k);
    const path = write(folder, "numbers", new Uint8Array(numbers.buffer));
    const file = openSync(path, "r");
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 600),
        fc.array(fc.nat(9), { maxLength: 60 }),
        fc.array(fc.nat(5999), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20_000 }),
        (width, near, far, batchBytes) => {
          const rows = 6000 / width;
          const order = Uint32Array.from(width === 600 ? near : [...near, ...far], (row) => row % rows);
          const found: number[] = [];
          for (const batch of gather(path, file, width, order, batchBytes)) {
            expect(batch.first).toBe(found.length / width);
            found.push(...batch.rows);
          }
          expect(found).toEqual([...order].flatMap((row) => [...numbers.subarray(row * width, (row + 1) * width)]));
        },
      ),
    );
    closeSync(file);
  });
});
