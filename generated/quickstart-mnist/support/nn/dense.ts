import * as tf from "@tensorflow/tfjs-core";
import type { Activation } from "./activations.ts";
import { affine, matMulTransposedA, matMulTransposedB } from "./matmul.ts";
import { Sequence } from "./sequence.ts";

export interface DenseWeights<T1 = tf.Variable<tf.Rank.R1>, T2 = tf.Variable<tf.Rank.R2>> {
  /** [I, units] */
  kernel: T2;
  /** [units]; absent with useBias: false */
  bias?: T1;
}

export interface DenseOutput {
  /** a(z), [N, units] */
  y: tf.Tensor2D;
  /** x · kernel + bias, [N, units] */
  z: tf.Tensor2D;
  x: tf.Tensor2D;
}

/** y = a(x · kernel + bias). x: [N, I]; returns y: [N, units] with what the backward pass needs. */
export function denseForward(x: tf.Tensor2D, w: DenseWeights, activation: Activation): DenseOutput {
  const z = affine(x, w.kernel, w.bias);
  return { x, z, y: activation.apply(z) };
}

/** Gradients of a dense layer for dy: [N, units]. dx: [N, I]; dw has the shapes of w. */
export function denseBackward<InputGradient extends boolean>(
  dy: tf.Tensor2D,
  forward: DenseOutput,
  w: DenseWeights,
  activation: Activation,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: DenseGradients; dx: InputGradient extends true ? tf.Tensor2D : undefined } {
  const dz = activation.gradient(dy, forward.y, forward.z);
  const kernel = matMulTransposedA(forward.x, dz);
  return {
    dw: w.bias === undefined ? { kernel } : { kernel, bias: tf.sum<tf.Tensor1D>(dz, 0) },
    dx: (inputGradient ? matMulTransposedB(dz, w.kernel) : undefined) as InputGradient extends true
      ? tf.Tensor2D
      : undefined,
  };
}

export type DenseGradients = DenseWeights<tf.Tensor1D, tf.Tensor2D>;

/** A dense layer applied to each step alike: the steps are rows of one matmul. */
export interface DenseSequenceOutput extends DenseOutput {
  sequence: Sequence;
}

export function denseSequenceForward(x: Sequence, w: DenseWeights, activation: Activation): DenseSequenceOutput {
  const forward = denseForward(x.rows, w, activation);
  return { ...forward, sequence: Sequence.fromRows(forward.y, x.timesteps) };
}

export function denseSequenceBackward<InputGradient extends boolean>(
  dy: Sequence,
  forward: DenseOutput,
  w: DenseWeights,
  activation: Activation,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: DenseGradients; dx: InputGradient extends true ? Sequence : undefined } {
  const { dw, dx } = denseBackward(dy.rows, forward, w, activation, { inputGradient });
  return {
    dw,
    dx: (dx === undefined ? undefined : Sequence.fromRows(dx, dy.timesteps)) as InputGradient extends true
      ? Sequence
      : undefined,
  };
}
