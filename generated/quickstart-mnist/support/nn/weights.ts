import * as tf from "@tensorflow/tfjs-core";
import type { InitializerFunction } from "./initializers/initializer.ts";
import { RandomStream } from "./random.ts";

export type WeightScalar = tf.Variable<tf.Rank.R0>;
export type WeightVector = tf.Variable<tf.Rank.R1>;
export type WeightMatrix = tf.Variable<tf.Rank.R2>;
export type WeightTensor3D = tf.Variable<tf.Rank.R3>;
export type WeightTensor4D = tf.Variable<tf.Rank.R4>;

/** A weight with values of its own stream: `name` is the layer and the weight, such as "lstm1/kernel". */
export function createWeight<R extends tf.Rank>(
  name: string,
  shape: tf.ShapeMap[R],
  initializer: InitializerFunction,
  seed: number,
  { trainable = true }: { trainable?: boolean } = {},
): tf.Variable<R> {
  const values = initializer(shape, new RandomStream(seed, `weights/${name}`));
  return tf.tidy(() => tf.variable(tf.tensor(values, shape), trainable));
}

/** Weights as "layer/weight" → variable, in the order of the layers. */
export type NamedWeights = Readonly<Record<string, tf.Variable>>;

/** Gradients of the trained weights, named as they are. */
export type NamedGradients = Readonly<Record<string, tf.Tensor>>;

/** Gradients of the weights W: the same names and shapes; what is optional in W stays so. */
export type GradientsOf<W> = {
  readonly [K in keyof W]: NonNullable<W[K]> extends tf.Tensor
    ? tf.Tensor
    : NonNullable<W[K]> extends object
      ? GradientsOf<W[K]>
      : W[K];
};
