import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { expect } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { type Features, Sequence } from "../../../src/support/nn/sequence.ts";

/** Numbers computed by Keras 3. */
const FOLDER = resolve("test/fixtures/keras");

export interface FixtureTensor {
  readonly name?: string;
  readonly shape: number[];
  readonly data: number[];
  readonly dtype?: "int32";
}

export interface FixtureLayer {
  readonly type: string;
  readonly layer?: FixtureLayer;
  readonly [option: string]: unknown;
}

export interface LayerFixture {
  readonly about: string;
  /** The formula of hardSigmoid, where a layer uses it. */
  readonly hardSigmoid?: string;
  readonly training: boolean;
  readonly layers: readonly FixtureLayer[];
  readonly input: FixtureTensor;
  readonly weights: readonly (FixtureTensor & { name: string; trainable: boolean })[];
  readonly output: FixtureTensor;
  readonly cotangent?: FixtureTensor;
  readonly inputGradient?: FixtureTensor;
  readonly weightGradients?: readonly (FixtureTensor & { name: string })[];
}

/** Names of the fixtures that begin so, without ".json". */
export function fixtureNames(prefix: string): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.startsWith(prefix) && file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).sort();
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as T;
}

export function tensorOf({ shape, data, dtype = "float32" as "int32" }: FixtureTensor): tf.Tensor {
  return tf.tensor(data, shape, dtype);
}

/** [B, T, F] or [B, F], as fixtures have it, in the form that layers exchange. */
export function featuresOf(x: tf.Tensor): Features {
  return x.rank === 3 ? Sequence.fromTensor(tf.transpose(x as tf.Tensor3D, [1, 0, 2])) : (x as tf.Tensor2D);
}

/** The inverse of {@link featuresOf}. */
export function batchMajor(x: Features): tf.Tensor {
  return x instanceof Sequence ? tf.transpose(x.tensor, [1, 0, 2]) : x;
}

export const OUTPUT_TOLERANCE = 1e-5;
export const GRADIENT_TOLERANCE = 5e-5;

/** Fails unless |a - b| <= tolerance (1 + |b|) everywhere, and then says how far off it is and where. */
export function expectClose(actual: tf.Tensor, expected: FixtureTensor, tolerance: number, what: string): void {
  expect(actual.shape, `shape of ${what}`).toEqual(expected.shape);
  const values = actual.dataSync();
  let worst = { excess: -1, k: 0 };
  for (const [k, b] of expected.data.entries()) {
    const difference = Math.abs(values[k]! - b) / (1 + Math.abs(b));
    const excess = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (excess > worst.excess) worst = { excess, k };
  }
  const { excess, k } = worst;
  const report = `${what}: at ${k} of ${expected.data.length} ${values[k]} against ${expected.data[k]}, off by ${excess}`;
  expect(excess, report).toBeLessThanOrEqual(tolerance);
}

export { BACKENDS } from "../../installed.ts";

export async function activate(backend: "wasm" | "cpu"): Promise<void> {
  await selectBackend(backend);
}

const random = new RandomStream(11, "test values");
let drawn = 0;
/** A variable of uniform numbers in ±scale. */
export function randomVariable<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R], scale = 1): tf.Variable<R> {
  const values = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => {
    return (random.uniform(drawn++) * 2 - 1) * scale;
  });
  return tf.variable(tf.tensor<R>(values, shape));
}

/** Compares a gradient with central differences of `loss` at some entries; the variable has its old values afterwards. */
export function expectGradient(
  gradient: tf.Tensor,
  at: tf.Variable,
  loss: () => tf.Scalar,
  what: string,
  tolerance = 5e-3,
): void {
  expect(gradient.shape, `shape of the gradient of ${what}`).toEqual(at.shape);
  const analytic = gradient.dataSync();
  const original = Float32Array.from(at.dataSync());
  const epsilon = 1e-2;
  const lossWith = (k: number, delta: number): number => {
    const moved = Float32Array.from(original);
    moved[k] = moved[k]! + delta;
    return tf.tidy(() => {
      at.assign(tf.tensor(moved, at.shape));
      return loss().dataSync()[0]!;
    });
  };
  for (let k = 0; k < original.length; k += Math.max(1, Math.floor(original.length / 7))) {
    const numeric = (lossWith(k, epsilon) - lossWith(k, -epsilon)) / (2 * epsilon);
    const difference = Math.abs(analytic[k]! - numeric);
    expect(difference, `${what}, entry ${k}: ${analytic[k]} against ${numeric}`).toBeLessThan(
      tolerance * (1 + Math.abs(numeric)),
    );
  }
  tf.tidy(() => at.assign(tf.tensor(original, at.shape)));
}
