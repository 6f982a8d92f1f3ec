import type * as tf from "@tensorflow/tfjs-core";

/** The random numbers of one training step. Seed, step and name decide them; they are the same on every backend. */
export interface StepRandom {
  /** Uniform numbers in [0, 1). `name` tells the streams of a step apart, such as "dropout1". */
  uniform(name: string, shape: [number, number]): tf.Tensor2D;
}
