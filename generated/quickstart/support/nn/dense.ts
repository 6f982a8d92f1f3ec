import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import { affine, matMulTransposedA, matMulTransposedB } from "./matmul.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface DenseWeights<
  T1 extends tf.Tensor1D = tf.Variable<tf.Rank.R1>,
  T2 extends tf.Tensor2D = tf.Variable<tf.Rank.R2>,
> {
  /** [I, units] */
  readonly kernel: T2;
  /** [units]; absent with useBias: false */
  readonly bias?: T1;
}

type Weights = DenseWeights<tf.Tensor1D, tf.Tensor2D>;

export interface DenseOptions {
  readonly activation: ActivationFunction;
}

export interface DenseForward<X extends Features = Features> {
  readonly x: X;
  /** a(z): [B, units], or T × [B, units] */
  readonly y: X;
  /** x · kernel + bias as rows [N, units] */
  readonly z: tf.Tensor2D;
}

/** y = a(x · kernel + bias) of every vector of x: [B, I], or T × [B, I], whose steps are rows of one matmul. */
export function denseForward<X extends Features>(x: X, w: Weights, { activation }: DenseOptions): DenseForward<X> {
  const z = affine(rowsOf(x), w.kernel, w.bias);
  return { x, z, y: withRows(x, activation.apply(z)) };
}

/** Gradients for dy, the gradient of y; dx has the form of x and is computed only where `inputGradient` asks for it. */
export function denseBackward<X extends Features, W extends Weights, InputGradient extends boolean>(
  dy: X,
  forward: DenseForward<X>,
  w: W,
  { activation }: DenseOptions,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<W>; dx: InputGradient extends true ? X : undefined } {
  const dz = activation.gradient(rowsOf(dy), rowsOf(forward.y), forward.z);
  const dw = {
    kernel: matMulTransposedA(rowsOf(forward.x), dz),
    ...(w.bias === undefined ? {} : { bias: tf.sum(dz, 0) }),
  };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: (inputGradient ? withRows(forward.x, matMulTransposedB(dz, w.kernel)) : undefined) as InputGradient extends true
      ? X
      : undefined,
  };
}
