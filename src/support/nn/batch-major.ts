import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Grid, Sequence } from "./sequence.ts";

/** The shape of a sample: [F] or [T, F]; of frames [R, C, F] or [T, R, C, F]. */
export type SampleShape =
  | readonly [number]
  | readonly [number, number]
  | readonly [number, number, number]
  | readonly [number, number, number, number];

/** Features with samples of shape S. */
export type FeaturesOf<S extends SampleShape> = S extends readonly [number] ? tf.Tensor2D : Sequence;

/** [B, T, F] of a time-major sequence; of frames [B, T, R·C·F]. */
export function toBatchMajor(x: Sequence): tf.Tensor3D {
  return tf.transpose(x.tensor, [1, 0, 2]);
}

/** A time-major sequence of x: [B, T, F]; of frames [B, T, R·C·F]. */
export function fromBatchMajor(x: tf.Tensor3D, grid: Grid = []): Sequence {
  return Sequence.fromTensor(tf.transpose(x, [1, 0, 2]), grid);
}

/** Each sample as one row, [B, T·F], in the order in which Keras lays it out: all features of step 0 first. */
export function toSamples(x: Features): tf.Tensor2D {
  return x instanceof Sequence ? tf.reshape(toBatchMajor(x), [x.batch, -1]) : x;
}

/** The inverse of {@link toSamples} for samples of the given shape. */
export function fromSamples<S extends SampleShape>(samples: tf.Tensor2D, shape: S): FeaturesOf<S> {
  if (shape.length === 1) return samples as FeaturesOf<S>;
  const timesteps = shape.length === 3 ? 1 : shape[0];
  const grid: Grid = shape.length === 2 ? [] : [shape.at(-3)!, shape.at(-2)!];
  return fromBatchMajor(tf.reshape(samples, [samples.shape[0], timesteps, -1]), grid) as FeaturesOf<S>;
}

/** The shape of one sample. */
export function sampleShape(x: Features): SampleShape {
  return x instanceof Sequence ? ([x.timesteps, ...x.grid, x.features] as SampleShape) : [x.shape[1]];
}
