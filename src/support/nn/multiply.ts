import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import type { Gradients, MergeMasks, MergeOutput } from "./merge.ts";
import { type Features, type Mask, rowsOf, withRows } from "./sequence.ts";

export interface MultiplyOutput<X extends Features> extends MergeOutput<X> {
  /** What is multiplied: the rows of x, 1 at masked steps. */
  readonly factors: readonly tf.Tensor2D[];
  readonly masks: readonly (Mask | undefined)[];
  /** Where all inputs are masked: 0 at the steps that no input counts; the output is 0 there. */
  readonly counted: tf.Tensor2D | undefined;
}

/** The product. As in Keras 3, a masked step of one input leaves the others as they are. */
export function multiplyForward<X extends Features>(
  x: readonly X[],
  { masks = [] }: MergeMasks = {},
): MultiplyOutput<X> {
  const factors = x.map((input, i) => {
    const mask = masks[i]?.rows;
    return mask === undefined ? rowsOf(input) : tf.add<tf.Tensor2D>(tf.mul(rowsOf(input), mask), tf.sub(1, mask));
  });
  const maskRows = x.flatMap((_, i) => masks[i]?.rows ?? []);
  const counted = maskRows.length === x.length ? maskRows.reduce((a, b) => tf.maximum(a, b)) : undefined;
  const product = productOf(factors)!;
  const y = withRows(x[0]!, counted === undefined ? product : tf.mul<tf.Tensor2D>(product, counted));
  return { y, x, factors, masks, counted };
}

function productOf(factors: readonly tf.Tensor2D[]): tf.Tensor2D | undefined {
  return factors.length === 0 ? undefined : factors.reduce((a, b) => tf.mul(a, b));
}

export function multiplyBackward<X extends Features, G extends boolean>(
  dy: X,
  { x, factors, masks, counted }: MultiplyOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const rows = counted === undefined ? rowsOf(dy) : tf.mul<tf.Tensor2D>(rowsOf(dy), counted);
      return x.map((_, i) => {
        const others = productOf(factors.filter((_factor, k) => k !== i));
        const mask = masks[i]?.rows;
        const gradient = others === undefined ? rows : tf.mul<tf.Tensor2D>(rows, others);
        return withRows(dy, mask === undefined ? gradient : tf.mul<tf.Tensor2D>(gradient, mask));
      });
    }),
  };
}
