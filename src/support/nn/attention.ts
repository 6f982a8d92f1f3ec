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
import { swapped } from "./dot.ts";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import type { Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface AttentionWeights {
  /** A factor of all scores; absent with useScale: false */
  readonly scale?: tf.Scalar;
}

export interface AttentionOutput extends Attended {
  /** query · keyᵀ, [B, Tq, Tv] */
  readonly products: tf.Tensor3D;
}

/** Dot-product attention (Luong et al. 2015): y = softmax(scale · query · keyᵀ) · value. */
export function attentionForward(
  x: AttentionInputs,
  w: AttentionWeights,
  options: AttentionOptions,
  masks: AttentionMasks = {},
): AttentionOutput {
  const inputs = inputsOf(x);
  const products = tf.matMul<tf.Tensor3D>(inputs.query, swapped(inputs.key));
  const scores = w.scale === undefined ? products : tf.mul<tf.Tensor3D>(products, w.scale);
  return { ...attend(scores, inputs, options, masks), products };
}

/** dx: gradients of query, value and, where it was given, key. */
export function attentionBackward<W extends AttentionWeights, G extends boolean>(
  dy: Sequence,
  forward: AttentionOutput,
  w: W,
  _options: AttentionOptions,
  request: GradientRequest<G>,
): AttentionGradients<G, W> {
  const { query, key, hasKey, products } = forward;
  const { dScores, dValue } = attendBackward(dy, forward);
  const dw = w.scale === undefined ? {} : { scale: tf.sum(tf.mul(dScores, products)) };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: whenWanted(request, () => {
      const dProducts = w.scale === undefined ? dScores : tf.mul<tf.Tensor3D>(dScores, w.scale);
      const dQuery = tf.matMul<tf.Tensor3D>(dProducts, key);
      const dKey = tf.matMul<tf.Tensor3D>(swapped(dProducts), query);
      return inputGradients(dQuery, dValue, dKey, hasKey);
    }),
  };
}
