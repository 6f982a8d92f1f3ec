import * as tf from "@tensorflow/tfjs-core";
import { fromBatchMajor, toBatchMajor } from "./batch-major.ts";
import { swapped } from "./dot.ts";
import type { InputGradient } from "./gradients.ts";
import type { Mask, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

/** Query, value and, where it is not the value itself, key. */
export type AttentionInputs =
  | readonly [query: Sequence, value: Sequence]
  | readonly [Sequence, Sequence, key: Sequence];

export interface AttentionOptions {
  /** A query step sees no value step later than itself. */
  readonly useCausalMask: boolean;
}

export interface AttentionMasks {
  readonly queryMask?: Mask | undefined;
  readonly valueMask?: Mask | undefined;
}

export interface Attended {
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

export type AttentionGradients<G extends boolean, W> = { dw: GradientsOf<W>; dx: InputGradient<G, Sequence[]> };

/** What Keras subtracts from the score of a step that must not be seen. */
const HIDDEN = 1e9;

export function inputsOf(x: AttentionInputs): Pick<Attended, "query" | "value" | "key" | "hasKey"> {
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

export function attend(
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
export function attendBackward(
  dy: Sequence,
  { attention, value, queryMask }: Attended,
): { dScores: tf.Tensor3D; dValue: tf.Tensor3D } {
  const all = toBatchMajor(dy);
  const gradient = queryMask === undefined ? all : tf.mul<tf.Tensor3D>(all, queryMask);
  const dAttention = tf.matMul<tf.Tensor3D>(gradient, swapped(value));
  const dScores = tf.mul<tf.Tensor3D>(tf.sub(dAttention, tf.sum(tf.mul(dAttention, attention), -1, true)), attention);
  return { dScores, dValue: tf.matMul<tf.Tensor3D>(swapped(attention), gradient) };
}

export function inputGradients(
  dQuery: tf.Tensor3D,
  dValue: tf.Tensor3D,
  dKey: tf.Tensor3D,
  hasKey: boolean,
): Sequence[] {
  const parts = hasKey ? [dQuery, dValue, dKey] : [dQuery, tf.add<tf.Tensor3D>(dValue, dKey)];
  return parts.map((one) => fromBatchMajor(one));
}
