import * as tf from "@tensorflow/tfjs-core";
import { type Features, Sequence } from "./sequence.ts";

/** The tensor form of a sample shape: [F] or [T, F]. */
export type SampleShape = readonly [number] | readonly [number, number];

/** Features with samples of shape S. */
export type FeaturesOf<S extends SampleShape> = S extends readonly [number, number] ? Sequence : tf.Tensor2D;

/** [B, T, F] of a time-major sequence. */
export function toBatchMajor(x: Sequence): tf.Tensor3D {
  return tf.transpose(x.tensor, [1, 0, 2]);
}

/** A time-major sequence of x: [B, T, F]. */
export function fromBatchMajor(x: tf.Tensor3D): Sequence {
  return Sequence.fromTensor(tf.transpose(x, [1, 0, 2]));
}

/** Each sample as one row, [B, T·F], in the order in which Keras lays it out: all features of step 0 first. */
export function toSamples(x: Features): tf.Tensor2D {
  return x instanceof Sequence ? tf.reshape(toBatchMajor(x), [x.batch, x.timesteps * x.features]) : x;
}

/** The inverse of {@link toSamples} for samples of the given shape. */
export function fromSamples<S extends SampleShape>(samples: tf.Tensor2D, shape: S): FeaturesOf<S> {
  if (shape.length === 1) return samples as FeaturesOf<S>;
  const [timesteps, features] = shape as readonly [number, number];
  return fromBatchMajor(tf.reshape(samples, [samples.shape[0], timesteps, features])) as FeaturesOf<S>;
}

/** The shape of one sample. */
export function sampleShape(x: Features): SampleShape {
  return x instanceof Sequence ? [x.timesteps, x.features] : [x.shape[1]];
}
