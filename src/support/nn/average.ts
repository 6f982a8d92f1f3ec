import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import { type Gradients, type MergeOutput, merge } from "./merge.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export function averageForward<X extends Features>(x: readonly X[]): MergeOutput<X> {
  const sum = merge(x, (a, b) => tf.add(a, b));
  return { y: withRows(sum, tf.mul<tf.Tensor2D>(rowsOf(sum), 1 / x.length)), x };
}

export function averageBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: MergeOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const share = withRows(dy, tf.mul<tf.Tensor2D>(rowsOf(dy), 1 / x.length));
      return x.map(() => share);
    }),
  };
}
