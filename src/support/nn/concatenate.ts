import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import type { Gradients, MergeOutput } from "./merge.ts";
import { concatRows, type Features, rowsOf, Sequence, withRows } from "./sequence.ts";

export interface ConcatenateOptions {
  /** An axis of [B, F] or [B, T, F], the batch being axis 0: the last one, or 1 (time) of sequences. */
  readonly axis: -2 | -1 | 1 | 2;
}

function alongTime(x: Features, { axis }: ConcatenateOptions): boolean {
  return x instanceof Sequence && (axis === 1 || axis === -2);
}

/** The inputs beside one another (features), or one after another (time). */
export function concatenateForward<X extends Features>(x: readonly X[], options: ConcatenateOptions): MergeOutput<X> {
  const rows = x.map((input) => rowsOf(input));
  if (!alongTime(x[0]!, options)) return { y: withRows(x[0]!, tf.concat2d(rows, 1)), x };
  const timesteps = x.reduce((sum, input) => sum + (input as Sequence).timesteps, 0);
  return { y: Sequence.fromRows(concatRows(rows), timesteps) as X, x };
}

export function concatenateBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: MergeOutput<X>,
  options: ConcatenateOptions,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const shapes = x.map((input) => rowsOf(input).shape);
      const axis = alongTime(x[0]!, options) ? 0 : 1;
      const parts = tf.split<tf.Tensor2D>(
        rowsOf(dy),
        shapes.map((shape) => shape[axis]),
        axis,
      );
      return x.map((input, i) => withRows(input, parts[i]!));
    }),
  };
}
