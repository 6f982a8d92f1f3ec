import * as tf from "@tensorflow/tfjs-core";
import { fromBatchMajor, toBatchMajor } from "./batch-major.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, Sequence } from "./sequence.ts";

export interface DotOptions {
  /** The contracted axis of each input, the batch being axis 0: 1 of [B, F]; 1 or 2 of [B, T, F]; or counted from the end. */
  readonly axes: readonly [number, number];
  /** Vectors along those axes are scaled to length 1: the result is their cosine. */
  readonly normalize: boolean;
}

/** A sequence where both inputs are sequences, else a vector. */
type DotFeatures<A extends Features, B extends Features> = A extends Sequence
  ? B extends Sequence
    ? Sequence
    : tf.Tensor2D
  : tf.Tensor2D;

interface Operand {
  /** [B, M, K], the contracted axis last */
  readonly values: tf.Tensor3D;
  /** With normalize: 1 / length, [B, M, 1] */
  readonly inverse: tf.Tensor3D | undefined;
}

export interface DotOutput<A extends Features, B extends Features> {
  readonly y: DotFeatures<A, B>;
  readonly x: readonly [A, B];
  readonly operands: readonly [Operand, Operand];
}

/** Whether the contracted axis is time. */
function contractsTime(x: Features, axis: number): boolean {
  return x instanceof Sequence && (axis === 1 || axis === -2);
}

function toOperand(x: Features, axis: number, normalize: boolean): Operand {
  const values =
    x instanceof Sequence
      ? tf.transpose<tf.Tensor3D>(x.tensor, contractsTime(x, axis) ? [1, 2, 0] : [1, 0, 2])
      : tf.expandDims<tf.Tensor3D>(x, 1);
  if (!normalize) return { values, inverse: undefined };
  const inverse = tf.rsqrt(tf.maximum<tf.Tensor3D>(tf.sum(tf.square(values), -1, true), 1e-14));
  return { values: tf.mul(values, inverse), inverse };
}

/** The gradient of an operand, [B, M, K], in the form of its input. */
function fromOperand<X extends Features>(gradient: tf.Tensor3D, { values, inverse }: Operand, x: X, axis: number): X {
  const dx =
    inverse === undefined
      ? gradient
      : tf.mul<tf.Tensor3D>(tf.sub(gradient, tf.mul(values, tf.sum(tf.mul(gradient, values), -1, true))), inverse);
  if (!(x instanceof Sequence)) return tf.squeeze(dx, [1]) as X;
  return Sequence.fromTensor(tf.transpose(dx, contractsTime(x, axis) ? [2, 0, 1] : [1, 0, 2])) as X;
}

/** [B, M, N] ↔ [B, N, M] */
export function swapped(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}

/** The dot products, sample by sample, of the vectors along the given axes: Keras' `Dot` for two inputs. */
export function dotForward<A extends Features, B extends Features>(
  x: readonly [A, B],
  { axes, normalize }: DotOptions,
): DotOutput<A, B> {
  const operands = [toOperand(x[0], axes[0], normalize), toOperand(x[1], axes[1], normalize)] as const;
  const product = tf.matMul<tf.Tensor3D>(operands[0].values, swapped(operands[1].values)); // [B, M, N]
  const y =
    x[0] instanceof Sequence && x[1] instanceof Sequence
      ? fromBatchMajor(product)
      : tf.reshape(product, [product.shape[0], product.shape[1] * product.shape[2]]);
  return { y: y as DotFeatures<A, B>, x, operands };
}

export function dotBackward<A extends Features, B extends Features, G extends boolean>(
  dy: DotFeatures<A, B>,
  { x, operands: [a, b] }: DotOutput<A, B>,
  { axes }: DotOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, [A, B]> } {
  return {
    dx: whenWanted(request, (): [A, B] => {
      const gradient: tf.Tensor3D =
        dy instanceof Sequence
          ? toBatchMajor(dy)
          : tf.reshape(dy as tf.Tensor2D, [a.values.shape[0], a.values.shape[1], b.values.shape[1]]);
      return [
        fromOperand(tf.matMul<tf.Tensor3D>(gradient, b.values), a, x[0], axes[0]),
        fromOperand(tf.matMul<tf.Tensor3D>(swapped(gradient), a.values), b, x[1], axes[1]),
      ];
    }),
  };
}
