import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import { type Gradients, type MergeMasks, type MergeOutput, merge } from "./merge.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export interface ExtremumOutput<X extends Features> extends MergeOutput<X> {
  /** For input 1 and later: 1 where what came before it was taken, 0 where it was. */
  readonly kept: readonly tf.Tensor2D[];
}

export function extremum<X extends Features>(
  x: readonly X[],
  { masks = [] }: MergeMasks,
  wins: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor2D,
): ExtremumOutput<X> {
  const kept: tf.Tensor2D[] = [];
  let mask = masks[0]?.rows; // of what has been merged so far; none where any input had none
  const y = merge(x, (best, candidate, i) => {
    const own = masks[i]?.rows;
    let keep = tf.cast<tf.Tensor2D>(wins(best, candidate), "float32");
    // A masked value loses against one that counts; of two masked values the first stays.
    if (mask !== undefined) keep = tf.mul(keep, mask);
    if (own !== undefined) keep = tf.sub(1, tf.mul(own, tf.sub(1, keep)));
    mask = mask !== undefined && own !== undefined ? tf.maximum<tf.Tensor2D>(mask, own) : undefined;
    kept.push(keep);
    return tf.where(tf.cast(keep, "bool"), best, candidate);
  });
  return { y, x, kept };
}

export function extremumBackward<X extends Features, G extends boolean>(
  dy: X,
  { x, kept }: ExtremumOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const gradients = new Array<X>(x.length);
      let rest = rowsOf(dy);
      for (let i = x.length - 1; i > 0; i--) {
        const before = tf.mul<tf.Tensor2D>(rest, kept[i - 1]!);
        gradients[i] = withRows(dy, tf.sub<tf.Tensor2D>(rest, before));
        rest = before;
      }
      gradients[0] = withRows(dy, rest);
      return gradients;
    }),
  };
}
