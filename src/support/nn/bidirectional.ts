import * as tf from "@tensorflow/tfjs-core";
import type {
  InputGradientOf,
  RecurrentExtra,
  RecurrentForward,
  RecurrentOptions,
  RecurrentOutput,
} from "./recurrent.ts";
import { type Features, type Mask, rowsOf, Sequence, withRows } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

/** The forward and backward pass of a recurrent layer, for layers that wrap any of them. */
export interface RecurrentKernel<W, O extends RecurrentOptions, State, F extends RecurrentForward<Features, State>> {
  forward(x: Sequence, w: W, options: O, extra?: RecurrentExtra<State>): F;
  backward(
    dy: Features,
    forward: F,
    w: W,
    options: O,
    need: { inputGradient: boolean },
  ): { dw: GradientsOf<W>; dx: Sequence | undefined };
}

export type MergeMode = "concat" | "sum" | "mul" | "ave";

export interface BidirectionalWeights<W> {
  readonly forward: W;
  readonly backward: W;
}

export interface BidirectionalOptions<
  W,
  C extends RecurrentOptions,
  State,
  F extends RecurrentForward<Features, State>,
  O extends C = C,
> {
  /** The layer that is run in both directions: LSTM, GRU or SIMPLE_RNN. */
  readonly layer: RecurrentKernel<W, C, State, F>;
  /** Options of that layer. */
  readonly cell: O;
  /** How the outputs of both directions become one: side by side, or elementwise. */
  readonly mergeMode: MergeMode;
}

/** Each direction has a state and dropout masks of its own. */
export interface BidirectionalExtra<State> {
  readonly mask?: Mask | undefined;
  readonly forward?: Omit<RecurrentExtra<State>, "mask">;
  readonly backward?: Omit<RecurrentExtra<State>, "mask">;
}

export interface BidirectionalForward<Y, State, F> {
  readonly y: Y;
  readonly state: { readonly forward: State; readonly backward: State };
  /** What the two directions returned. */
  readonly directions: { readonly forward: F; readonly backward: F };
  /** Their outputs as rows [N, units], step beside step. */
  readonly outputs: readonly [forward: tf.Tensor2D, backward: tf.Tensor2D];
}

/**
 * A recurrent layer over the sequence and another one over its reverse (Schuster & Paliwal 1997), merged step by step.
 * x: T × [B, I]; y: T × [B, units] or [B, units], twice as wide for "concat". As in Keras 3 a masked step of a sequence is 0.
 */
export function bidirectionalForward<
  W,
  C extends RecurrentOptions,
  State,
  F extends RecurrentForward<Features, State>,
  O extends C,
>(
  x: Sequence,
  w: BidirectionalWeights<NoInfer<W>>,
  { layer, cell, mergeMode }: BidirectionalOptions<W, C, State, F, O>,
  extra: BidirectionalExtra<State> = {},
): BidirectionalForward<RecurrentOutput<O>, State, F> {
  const { mask } = extra;
  const options = { ...cell, zeroMaskedOutputs: cell.returnSequences };
  const forward = layer.forward(x, w.forward, options, { ...extra.forward, mask });
  const backward = layer.forward(
    x,
    w.backward,
    { ...options, goBackwards: !cell.goBackwards },
    { ...extra.backward, mask },
  );
  const outputs = [rowsOf(forward.y), rowsOf(reversed(backward.y))] as const;
  return {
    y: withRows(forward.y, merge(...outputs, mergeMode)) as RecurrentOutput<O>,
    state: { forward: forward.state, backward: backward.state },
    directions: { forward, backward },
    outputs,
  };
}

/** Gradients for dy, the gradient of y; dx is computed only where `inputGradient` asks for it. */
export function bidirectionalBackward<
  W,
  C extends RecurrentOptions,
  State,
  F extends RecurrentForward<Features, State>,
  V extends BidirectionalWeights<NoInfer<W>>,
  InputGradient extends boolean,
>(
  dy: Features,
  { directions, outputs }: BidirectionalForward<Features, State, F>,
  w: V,
  { layer, cell, mergeMode }: BidirectionalOptions<W, C, State, F>,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<V>; dx: InputGradientOf<InputGradient> } {
  const [dForward, dBackward] = mergeGradients(rowsOf(dy), ...outputs, mergeMode);
  const forward = layer.backward(withRows(dy, dForward), directions.forward, w.forward, cell, { inputGradient });
  const backward = layer.backward(reversed(withRows(dy, dBackward)), directions.backward, w.backward, cell, {
    inputGradient,
  });
  const dx =
    forward.dx === undefined || backward.dx === undefined
      ? undefined
      : withRows(forward.dx, tf.add<tf.Tensor2D>(forward.dx.rows, backward.dx.rows));
  return {
    dw: { forward: forward.dw, backward: backward.dw } as unknown as GradientsOf<V>,
    dx: dx as InputGradientOf<InputGradient>,
  };
}

/** The steps of a sequence from last to first; a single vector as it is. */
function reversed(y: Features): Features {
  return y instanceof Sequence ? Sequence.fromSteps(y.steps.toReversed()) : y;
}

/** f, b: [N, units] → [N, units], or [N, 2·units] for "concat". */
function merge(f: tf.Tensor2D, b: tf.Tensor2D, mode: MergeMode): tf.Tensor2D {
  switch (mode) {
    case "concat":
      return tf.concat2d([f, b], 1);
    case "sum":
      return tf.add(f, b);
    case "mul":
      return tf.mul(f, b);
    case "ave":
      return tf.mul(tf.add(f, b), 0.5);
  }
}

/** Gradients of f and b for dy, the gradient of what {@link merge} makes of them. */
function mergeGradients(dy: tf.Tensor2D, f: tf.Tensor2D, b: tf.Tensor2D, mode: MergeMode): [tf.Tensor2D, tf.Tensor2D] {
  switch (mode) {
    case "concat":
      return tf.split(dy, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    case "sum":
      return [dy, dy];
    case "mul":
      return [tf.mul(dy, b), tf.mul(dy, f)];
    case "ave": {
      const half = tf.mul<tf.Tensor2D>(dy, 0.5);
      return [half, half];
    }
  }
}
