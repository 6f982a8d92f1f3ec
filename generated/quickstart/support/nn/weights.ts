import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../system/user-error.ts";
import type { Initializer } from "./initializers.ts";
import { RandomStream } from "./random.ts";

export type WeightScalar = tf.Variable<tf.Rank.R0>;
export type WeightVector = tf.Variable<tf.Rank.R1>;
export type WeightMatrix = tf.Variable<tf.Rank.R2>;
export type WeightTensor3D = tf.Variable<tf.Rank.R3>;

/** A weight with values of its own stream: `name` is the layer and the weight, such as "lstm1/kernel". */
export function createWeight<R extends tf.Rank>(
  name: string,
  shape: tf.ShapeMap[R],
  initializer: Initializer,
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

/** All variables of several records, by record and name: what a captured program holds. */
export function variablesOf(records: Readonly<Record<string, NamedWeights>>): Record<string, tf.Variable> {
  const all: Record<string, tf.Variable> = {};
  for (const [record, variables] of Object.entries(records)) {
    for (const [name, variable] of Object.entries(variables)) all[`${record}/${name}`] = variable;
  }
  return all;
}

/** Reads tensors back from the device, keyed as they came. */
export async function readTensors(
  tensors: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, { shape: number[]; values: Float32Array }>> {
  const read: Record<string, { shape: number[]; values: Float32Array }> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    read[name] = { shape: tensor.shape.slice(), values: Float32Array.from(await tensor.data<"float32">()) };
  }
  return read;
}

/**
 * Assigns saved values to variables of the same names and shapes.
 * @throws UserError (exit code 2) where they are others, as in a model.ts that was edited
 */
export function assignTensors(
  variables: Readonly<Record<string, tf.Variable>>,
  values: Readonly<Record<string, { shape: readonly number[]; values: Float32Array }>>,
): void {
  for (const [name, variable] of Object.entries(variables)) {
    const saved = values[name];
    if (saved === undefined || saved.shape.join() !== variable.shape.join()) {
      const there = saved === undefined ? "no such weight" : `the shape [${saved.shape}]`;
      throw new UserError(`${name} has the shape [${variable.shape}], but the run has ${there}`, {
        exitCode: 2,
        fix: "name a run of this program, or train one",
      });
    }
    tf.tidy(() => variable.assign(tf.tensor(saved.values, variable.shape)));
  }
}
