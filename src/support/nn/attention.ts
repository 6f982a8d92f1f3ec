import * as tf from "@tensorflow/tfjs-core";
import { fromBatchMajor, toBatchMajor } from "./batch-major.ts";
import { swapped } from "./dot.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import type { Mask, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

/** Query, value and, where it is not the value itself, key. */
export type AttentionInputs =
  | readonly [query: Sequence, value: Sequence]
  | readonly [Sequence, Sequence, key: Sequence];

export interface AttentionWeights {
  /** A factor of all scores; absent with useScale: false */
  readonly scale?: tf.Scalar;
}

export interface AdditiveAttentionWeights {
  /** [F], a factor of each feature; absent with useScale: false */
  readonly scale?: tf.Tensor1D;
}

export interface AttentionOptions {
  /** A query step sees no value step later than itself. */
  readonly useCausalMask: boolean;
}

export interface AttentionMasks {
  readonly queryMask?: Mask | undefined;
  readonly valueMask?: Mask | undefined;
}

interface Attended {
  /** Tq × [B, F of the value] */
  readonly y: Sequence;
  /** Softmax of the scores, [B, Tq, Tv] */
  readonly attention: tf.Tensor3D;
  readonly query: tf.Tensor3D;
  readonly value: tf.Tensor3D;
  readonly key: tf.Tensor3D;
  readonly hasKey: boolean;
  readonly queryMask: tf.Tensor3D | undefined;
}

export interface AttentionOutput extends Attended {
  /** query · keyᵀ, [B, Tq, Tv] */
  readonly products: tf.Tensor3D;
}

export interface AdditiveAttentionOutput extends Attended {
  /** tanh(query + key), [B, Tq, Tv, F] */
  readonly hidden: tf.Tensor4D;
}

type AttentionGradients<G extends boolean, W> = { dw: GradientsOf<W>; dx: InputGradient<G, Sequence[]> };

/** What Keras subtracts from the score of a step that must not be seen. */
const HIDDEN = 1e9;

function inputsOf(x: AttentionInputs): Pick<Attended, "query" | "value" | "key" | "hasKey"> {
  const value = toBatchMajor(x[1]);
  return {
    query: toBatchMajor(x[0]),
    value,
    key: x[2] === undefined ? value : toBatchMajor(x[2]),
    hasKey: x.length === 3,
  };
}

/** 1 where query step i may see value step j, j <= i: [1, Tq, Tv]. */
function causalMask(queries: number, values: number): tf.Tensor3D {
  const rows = tf.reshape(tf.range(0, queries), [queries, 1]);
  const columns = tf.reshape(tf.range(0, values), [1, values]);
  return tf.expandDims(tf.cast(tf.greaterEqual(rows, columns), "float32"), 0);
}

function attend(
  scores: tf.Tensor3D,
  inputs: Pick<Attended, "query" | "value" | "key" | "hasKey">,
  { useCausalMask }: AttentionOptions,
  { queryMask, valueMask }: AttentionMasks,
): Attended {
  const visible: tf.Tensor3D[] = [];
  if (valueMask !== undefined) visible.push(swapped(toBatchMajor(valueMask))); // [B, 1, Tv]
  if (useCausalMask) visible.push(causalMask(scores.shape[1], scores.shape[2]));
  const masked =
    visible.length === 0
      ? scores
      : tf.sub<tf.Tensor3D>(
          scores,
          tf.mul(
            tf.sub(
              1,
              visible.reduce((a, b) => tf.mul(a, b)),
            ),
            HIDDEN,
          ),
        );
  const attention = tf.softmax(masked);
  const output = tf.matMul<tf.Tensor3D>(attention, inputs.value);
  const queryRows = queryMask === undefined ? undefined : toBatchMajor(queryMask);
  const y = fromBatchMajor(queryRows === undefined ? output : tf.mul<tf.Tensor3D>(output, queryRows));
  return { ...inputs, y, attention, queryMask: queryRows };
}

/** Gradients of the scores and of the value as it was averaged. */
function attendBackward(
  dy: Sequence,
  { attention, value, queryMask }: Attended,
): { dScores: tf.Tensor3D; dValue: tf.Tensor3D } {
  const all = toBatchMajor(dy);
  const gradient = queryMask === undefined ? all : tf.mul<tf.Tensor3D>(all, queryMask);
  const dAttention = tf.matMul<tf.Tensor3D>(gradient, swapped(value));
  const dScores = tf.mul<tf.Tensor3D>(tf.sub(dAttention, tf.sum(tf.mul(dAttention, attention), -1, true)), attention);
  return { dScores, dValue: tf.matMul<tf.Tensor3D>(swapped(attention), gradient) };
}

function inputGradients(dQuery: tf.Tensor3D, dValue: tf.Tensor3D, dKey: tf.Tensor3D, hasKey: boolean): Sequence[] {
  const parts = hasKey ? [dQuery, dValue, dKey] : [dQuery, tf.add<tf.Tensor3D>(dValue, dKey)];
  return parts.map(fromBatchMajor);
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
