import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { concatRows, type Mask, Sequence } from "./sequence.ts";

export interface MaskingOptions {
  readonly maskValue: number;
}

export interface MaskingOutput {
  /** x with 0 at masked steps, as in Keras 3 */
  readonly y: Sequence;
  /** 0 at the steps where every feature equals maskValue */
  readonly mask: Mask;
}

/** Masks the steps of x: T × [B, F] at which every feature equals `maskValue`. */
export function maskingForward(x: Sequence, { maskValue }: MaskingOptions): MaskingOutput {
  const differs = tf.cast(tf.notEqual(x.rows, maskValue), "float32");
  const mask = tf.max<tf.Tensor2D>(differs, 1, true); // [T·B, 1]
  return {
    y: Sequence.fromRows(tf.mul(x.rows, mask), x.timesteps),
    mask: Sequence.fromRows(mask, x.timesteps),
  };
}

export function maskingBackward<G extends boolean>(
  dy: Sequence,
  forward: MaskingOutput,
  _options: MaskingOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return { dx: whenWanted(request, () => Sequence.fromRows(tf.mul(dy.rows, forward.mask.rows), dy.timesteps)) };
}

/** 1 where any of the masks is 1: the mask of add, subtract, multiply, average, maximum and minimum of masked inputs. */
export function unionOfMasks(masks: readonly Mask[]): Mask {
  const rows = masks.map((mask) => mask.rows).reduce((union, mask) => tf.maximum(union, mask));
  return Sequence.fromRows(rows, masks[0]!.timesteps);
}

/** The mask of inputs that are joined along time. An input without a mask counts in full. */
export function joinMasks(x: readonly Sequence[], masks: readonly (Mask | undefined)[]): Mask {
  const rows = x.map((input, i) => masks[i]?.rows ?? tf.ones([input.timesteps * input.batch, 1]));
  return Sequence.fromRows(
    concatRows(rows as tf.Tensor2D[]),
    x.reduce((sum, input) => sum + input.timesteps, 0),
  );
}
