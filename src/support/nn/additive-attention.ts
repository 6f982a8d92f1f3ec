import * as tf from "@tensorflow/tfjs-core";
import {
  type Attended,
  type AttentionGradients,
  type AttentionInputs,
  type AttentionMasks,
  type AttentionOptions,
  attend,
  attendBackward,
  inputGradients,
  inputsOf,
} from "./attending.ts";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import type { Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface AdditiveAttentionWeights {
  /** [F], a factor of each feature; absent with useScale: false */
  readonly scale?: tf.Tensor1D;
}

export interface AdditiveAttentionOutput extends Attended {
  /** tanh(query + key), [B, Tq, Tv, F] */
  readonly hidden: tf.Tensor4D;
}

/** Additive attention (Bahdanau et al. 2015): y = softmax(Σ scale · tanh(query + key)) · value. */
export function additiveAttentionForward(
  x: AttentionInputs,
  w: AdditiveAttentionWeights,
  options: AttentionOptions,
  masks: AttentionMasks = {},
): AdditiveAttentionOutput {
  const inputs = inputsOf(x);
  const hidden = tf.tanh(tf.add<tf.Tensor4D>(tf.expandDims(inputs.query, 2), tf.expandDims(inputs.key, 1)));
  const scaled: tf.Tensor = w.scale === undefined ? hidden : tf.mul(hidden, w.scale);
  const scores = tf.sum<tf.Tensor3D>(scaled, -1);
  return { ...attend(scores, inputs, options, masks), hidden };
}

/** dx: gradients of query, value and, where it was given, key. */
export function additiveAttentionBackward<W extends AdditiveAttentionWeights, G extends boolean>(
  dy: Sequence,
  forward: AdditiveAttentionOutput,
  w: W,
  _options: AttentionOptions,
  request: GradientRequest<G>,
): AttentionGradients<G, W> {
  const { hidden, hasKey } = forward;
  const { dScores, dValue } = attendBackward(dy, forward);
  const each = tf.expandDims<tf.Tensor4D>(dScores, 3); // [B, Tq, Tv, 1]
  const dw = w.scale === undefined ? {} : { scale: tf.sum(tf.mul(each, hidden), [0, 1, 2]) };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: whenWanted(request, () => {
      const slope = tf.sub<tf.Tensor4D>(1, tf.square(hidden));
      const dHidden = tf.mul<tf.Tensor4D>(each, w.scale === undefined ? slope : tf.mul(slope, w.scale));
      return inputGradients(tf.sum<tf.Tensor3D>(dHidden, 2), dValue, tf.sum<tf.Tensor3D>(dHidden, 1), hasKey);
    }),
  };
}
