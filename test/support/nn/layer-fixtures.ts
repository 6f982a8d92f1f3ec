import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { expect } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { fromBatchMajor, toBatchMajor } from "../../../src/support/nn/batch-major.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { type Features, rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";

/** Numbers that Keras 3 computed. */
const FOLDER = resolve("test/fixtures/keras");

export interface FixtureTensor {
  shape: number[];
  data: number[];
  dtype?: "int32";
}

export interface Fixture {
  training: boolean;
  layers: ({ type: string } & Record<string, unknown>)[];
  input: FixtureTensor;
  weights: (FixtureTensor & { name: string })[];
  output: FixtureTensor;
  cotangent: FixtureTensor;
  inputGradient?: FixtureTensor;
  weightGradients: (FixtureTensor & { name: string })[];
  weightsAfter?: (FixtureTensor & { name: string })[];
}

/** The fixtures whose layers all have one of these types. */
export function fixturesOf(types: readonly string[]): [name: string, fixture: Fixture][] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith("layer-"))
    .sort()
    .map((file): [string, Fixture] => [file.slice(0, -5), JSON.parse(readFileSync(join(FOLDER, file), "utf8"))])
    .filter(([, { layers }]) => layers.every(({ type }) => types.includes(type)));
}

export function toTensor({ shape, data, dtype }: FixtureTensor): tf.Tensor {
  return tf.tensor(data, shape, dtype ?? "float32");
}

/** [B, F], [B, T, F] or, of frames, [B, T, R, C, F] as layers exchange it. */
export function toFeatures(x: tf.Tensor): Features {
  if (x.rank === 2) return x as tf.Tensor2D;
  const [batch, timesteps, ...rest] = x.shape as [number, number, ...number[]];
  return fromBatchMajor(tf.reshape(x, [batch, timesteps, -1]), rest.slice(0, -1) as unknown as Sequence["grid"]);
}

/** The inverse of {@link toFeatures}. */
export function fromFeatures(x: Features): tf.Tensor {
  return x instanceof Sequence ? tf.reshape(toBatchMajor(x), [x.batch, x.timesteps, ...x.grid, x.features]) : x;
}

/** Fails unless |a - b| <= tolerance · (1 + |b|) for all entries. */
export function expectNear(actual: tf.Tensor, expected: tf.Tensor | FixtureTensor, tolerance: number, what = ""): void {
  expect(actual.shape, what).toEqual(expected.shape);
  const wanted = expected instanceof tf.Tensor ? expected.dataSync() : expected.data;
  for (const [i, value] of actual.dataSync().entries()) {
    // Written so that NaN fails.
    const near = Math.abs(value - wanted[i]!) <= tolerance * (1 + Math.abs(wanted[i]!));
    if (!near) expect.fail(`${what}[${i}]: ${value} instead of ${wanted[i]}`);
  }
}

export { BACKENDS } from "../../installed.ts";

export async function useBackend(name: "wasm" | "cpu"): Promise<void> {
  await selectBackend(name);
}

const stream = new RandomStream(3, "layer tests");
let drawn = 0;

/** Numbers in -1..1, no two closer than 2 / count: none lies near a kink of max pooling and the like. */
export function spreadValues(count: number): Float32Array {
  drawn += 1;
  const order = new RandomStream(3, "order", drawn).permutation(count);
  return Float32Array.from(order, (place) => ((place + 0.5) / count) * 2 - 1);
}

export function variable<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Variable<R> {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.variable(tf.tensor<R>(spreadValues(count), shape));
}

/** A gradient and the variable that it belongs to. */
export type Derived = readonly [what: string, gradient: tf.Tensor, at: tf.Variable];

/** Compares gradients with central differences of sum(output · cotangent), at about ten entries each. */
export function expectGradients<Y extends Features>(
  forward: () => Y,
  backward: (dy: Y) => readonly Derived[],
  tolerance = 5e-3,
): void {
  const y = forward();
  const cotangent = tf.tensor2d(
    Float32Array.from({ length: rowsOf(y).size }, () => stream.uniform(drawn++) * 2 - 1),
    rowsOf(y).shape,
  );
  const dy = (y instanceof Sequence ? Sequence.fromRows(cotangent, y.timesteps, y.grid) : cotangent) as Y;
  const loss = (): number => tf.tidy(() => tf.sum(tf.mul(rowsOf(forward()), cotangent)).dataSync()[0]!);
  for (const [what, gradient, at] of backward(dy)) {
    expect(gradient.shape, what).toEqual(at.shape);
    const analytic = gradient.dataSync();
    const original = Float32Array.from(at.dataSync());
    const moved = (i: number, delta: number): number => {
      const values = Float32Array.from(original);
      values[i] = values[i]! + delta;
      tf.tidy(() => at.assign(tf.tensor(values, at.shape)));
      return loss();
    };
    const stride = Math.max(1, Math.floor(original.length / 9));
    for (let i = 0; i < original.length; i += stride) {
      const numeric = (moved(i, 1e-2) - moved(i, -1e-2)) / 2e-2;
      const near = Math.abs(analytic[i]! - numeric) <= tolerance * (1 + Math.abs(numeric));
      if (!near) expect.fail(`${what}[${i}]: ${analytic[i]} instead of ${numeric}`);
    }
    tf.tidy(() => at.assign(tf.tensor(original, at.shape)));
  }
}

/** A sequence that reads a variable [T, B, F]. */
export function sequence(x: tf.Variable<tf.Rank.R3>): Sequence {
  return Sequence.fromTensor(x as tf.Tensor3D);
}
