import * as tf from "@tensorflow/tfjs-core";
import { statelessUniform, tensorFlowBackend } from "lstm-compile-runtime/capture/tensorflow.js";
import { philoxUniform } from "./philox.ts";
import { RandomStream } from "./random.ts";

/** The random numbers of one training step. Seed, step and name decide them; they are the same on every backend. */
export interface StepRandom {
  /** Uniform numbers in [0, 1), multiples of 2^-23. `name` tells the streams of a step apart, such as "dropout1". */
  uniform(name: string, shape: [number, number]): tf.Tensor2D;
}

/** Where a layer draws from: the numbers of this step, and the layer's name. */
export interface RandomSource {
  readonly random: StepRandom;
  readonly name: string;
}

/**
 * The numbers are those of TensorFlow's operation StatelessRandomUniform, which a captured graph can contain; other backends
 * have them from JavaScript.
 *
 * @param seed of the whole run: a constant of a captured graph
 * @param iteration training steps taken before this one, int32: an input of the step, made from a number
 */
export function stepRandom(seed: number, iteration: tf.Scalar): StepRandom {
  const keyOf = (name: string): number => new RandomStream(seed, `step/${name}`).integer(0) | 0;
  const backend = tensorFlowBackend();
  if (backend === undefined) {
    const step = iteration.dataSync()[0]!; // nothing is captured on these backends
    return { uniform: (name, shape) => tf.tensor2d(philoxUniform(keyOf(name), step, shape[0] * shape[1]), shape) };
  }
  return {
    uniform(name, shape) {
      const streamSeed = tf.stack([tf.scalar(keyOf(name), "int32"), iteration]);
      return statelessUniform(backend, shape, streamSeed);
    },
  };
}
