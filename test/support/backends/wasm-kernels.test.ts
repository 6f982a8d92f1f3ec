import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

/** The part of a tensor whose values are 0, 1, 2, … by its definition. */
function expectedPart(shape: number[], begin: number[], size: number[]): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let offsets = [0];
  for (const [axis, count] of size.entries()) {
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: count }, (_, k) => offset + (begin[axis]! + k) * strides[axis]!),
    );
  }
  return offsets;
}

const part = fc
  .array(
    fc
      .tuple(fc.nat(4), fc.nat(4), fc.nat(4))
      .map(([before, size, after]) => ({ begin: before, size, dim: before + size + after })),
    { minLength: 1, maxLength: 5 },
  )
  .map((axes) => ({
    shape: axes.map(({ dim }) => dim),
    begin: axes.map(({ begin }) => begin),
    size: axes.map(({ size }) => size),
  }));

describe("slices on wasm", () => {
  it("are the parts that were asked for", () => {
    fc.assert(
      fc.property(part, fc.constantFrom("float32", "int32"), ({ shape, begin, size }, dtype) => {
        const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k);
        tf.tidy(() => {
          const sliced = tf.slice(tf.tensor(values, shape, dtype), begin, size);
          expect(sliced.shape).toEqual(size);
          expect(sliced.dtype).toBe(dtype);
          expect([...sliced.dataSync()]).toEqual(expectedPart(shape, begin, size));
        });
      }),
    );
  });

  it("refuse what lies outside", () => {
    expect(() => tf.slice(tf.zeros([3, 4]), [1, 2], [3, 2])).toThrow();
  });

  it("of split tensors are all of it, in order", () => {
    const x = tf.reshape(tf.range(0, 24, 1, "int32"), [2, 3, 4]);
    for (const [axis, sizes] of [
      [0, [1, 1]],
      [1, [1, 2]],
      [2, [1, 0, 3]],
      [-1, 2],
    ] as const) {
      const parts = tf.split(x, sizes as number[] | number, axis);
      expect([...tf.concat(parts, axis).dataSync()]).toEqual([...x.dataSync()]);
      const before = axis === -1 ? 2 : axis;
      expect(parts.map((p) => p.shape[before])).toEqual(sizes === 2 ? [2, 2] : sizes);
    }
  });

  it("take strings, too, and unstack", () => {
    expect([...tf.slice(tf.tensor1d(["a", "b", "c"]), 1, 2).dataSync()]).toEqual(["b", "c"]);
    expect(tf.unstack(tf.tensor2d([1, 2, 3, 4], [2, 2])).map((row) => [...row.dataSync()])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("survive that the heap grows while they are made", () => {
    const x = tf.reshape(tf.range(0, 1000), [10, 100]);
    const kept: tf.Tensor[] = [];
    for (let k = 0; k < 60; k++) {
      kept.push(tf.zeros([1 << 20])); // 4 MB each
      expect(tf.slice(x, [3, 50], [1, 2]).dataSync()).toEqual(Float32Array.of(350, 351));
    }
    tf.dispose(kept);
  });
});
