import { readdirSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { type Features, rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";
import { cpuInstalled } from "../../installed.ts";

const FOLDER = "test/fixtures/keras";

interface FixtureTensor {
  readonly shape: number[];
  readonly data: number[];
  readonly dtype?: "int32";
}

export interface Fixture {
  readonly loss?: string;
  readonly metric?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly yTrue: FixtureTensor;
  readonly yPred: FixtureTensor;
  readonly value: number;
  readonly gradient?: FixtureTensor;
  readonly edge?: boolean;
}

/** [file, contents] of the Keras fixtures whose names begin so. */
export function fixtures(prefix: string): [string, Fixture][] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(prefix))
    .map((file) => [file, JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8")) as Fixture]);
}

/** A fixture's tensor as kernels take it: labels per row, [B, F], or a time-major sequence. */
export function kernelValue({ shape, data, dtype }: FixtureTensor): Features | tf.Tensor1D {
  if (dtype === "int32") {
    return shape.length === 1
      ? tf.tensor1d(data, "int32")
      : (tf.reshape(tf.transpose(tf.tensor2d(data, shape as [number, number], "int32")), [data.length]) as tf.Tensor1D);
  }
  if (shape.length === 3) {
    const x = tf.tensor3d(data, shape as [number, number, number]);
    return Sequence.fromTensor(tf.transpose(x, [1, 0, 2]));
  }
  return tf.tensor2d(data, shape as [number, number]);
}

/** The values of a kernel's result in the order of the fixtures: batch first. */
export function batchMajor(x: Features): number[] {
  return [...(x instanceof Sequence ? tf.transpose(x.tensor, [1, 0, 2]) : rowsOf(x)).dataSync()];
}

/** The engines to test on: both that npm alone brings, and native TensorFlow where it is installed. */
export const ENGINES = ["cpu", "wasm", ...(cpuInstalled ? ["native"] : [])];

export async function useEngine(engine: string): Promise<void> {
  if (engine === "native") await selectBackend("cpu", { verbose: false });
  else await tf.setBackend(engine);
  await tf.ready();
}

export function difference(actual: number, expected: number): number {
  return Math.abs(actual - expected) / (1 + Math.abs(expected));
}

/** Targets of ctc: labels of each sample, without timesteps. */
export function labelSequences({ shape, data }: FixtureTensor): tf.Tensor2D {
  return tf.tensor2d(data, shape as [number, number], "int32");
}
