import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { Sequence } from "./sequence.ts";

export interface GlobalMaxPoolingOutput {
  /** [B, F] */
  readonly y: tf.Tensor2D;
  readonly x: Sequence;
}

/** The largest value of each feature over all steps; masked steps count, as in Keras. */
export function globalMaxPooling1dForward(x: Sequence): GlobalMaxPoolingOutput {
  return { y: tf.max<tf.Tensor2D>(x.tensor, 0), x };
}

/** Equal maxima share the gradient evenly, as in TensorFlow's gradient of reduce_max. */
export function globalMaxPooling1dBackward<G extends boolean>(
  dy: tf.Tensor2D,
  { x, y }: GlobalMaxPoolingOutput,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return {
    dx: whenWanted(request, () => {
      const largest = tf.cast(tf.equal(x.tensor, tf.expandDims(y, 0)), "float32");
      const share = tf.div(dy, tf.sum(largest, 0));
      return Sequence.fromTensor(tf.mul(largest, tf.expandDims(share, 0)));
    }),
  };
}
