import * as tf from "@tensorflow/tfjs-core";
import type { CellDropout } from "./cell-dropout.ts";
import { concatRows, type Features, type Mask, Sequence } from "./sequence.ts";

// What the recurrent layers share. They number their steps in the order of processing: step 0 is the first one that is
// computed, which with `goBackwards` is the last one of the input.

export interface RecurrentOptions {
  /** y is the output of every step (a Sequence) or of the last one alone ([B, units]). */
  readonly returnSequences: boolean;
  /** Processes the steps from last to first; the outputs come in the order of processing. */
  readonly goBackwards?: boolean;
  /** Writes 0 as the output of a masked step, instead of the output before it. */
  readonly zeroMaskedOutputs?: boolean;
}

export interface RecurrentExtra<State> {
  /** A step whose mask is 0 keeps the state and repeats the output before it (0 where there is none). */
  readonly mask?: Mask | undefined;
  /** State before the first step; zeros without it. No gradient flows into it. */
  readonly initialState?: State | undefined;
  /** Dropout of the inputs of all steps: [B, I], or as many masks as the cell has gates. */
  readonly inputDropout?: CellDropout | undefined;
  /** Likewise of the state that enters the recurrent product: [B, units]. */
  readonly recurrentDropout?: CellDropout | undefined;
}

/** Type of y under the options O. */
export type RecurrentOutput<O extends RecurrentOptions> = O["returnSequences"] extends true
  ? Sequence
  : O["returnSequences"] extends false
    ? tf.Tensor2D
    : Features;

export type InputGradientOf<InputGradient extends boolean> = InputGradient extends true
  ? Sequence
  : InputGradient extends false
    ? undefined
    : Sequence | undefined;

/** What every recurrent layer's forward pass returns. */
export interface RecurrentForward<Y, State> {
  readonly y: Y;
  /** State after the last step. */
  readonly state: State;
  readonly run: RecurrentRun;
}

/** One pass over a sequence: its input and masks, as the steps see them. */
export class RecurrentRun {
  /** The input in the order of time, before dropout. */
  readonly input: Sequence;
  /** 1 where a step counts and 0 where it is masked, [B, 1] each, in the order of processing; undefined without a mask. */
  readonly kept: tf.Tensor2D[] | undefined;
  /** 1 - kept */
  readonly held: tf.Tensor2D[] | undefined;
  /** Of what enters the products: see {@link RecurrentExtra}. */
  readonly inputDropout: CellDropout | undefined;
  readonly recurrentDropout: CellDropout | undefined;
  readonly #options: RecurrentOptions;
  /** What multiplies the states to give the outputs, where they differ. */
  readonly #shown: tf.Tensor2D[] | undefined;

  constructor(x: Sequence, options: RecurrentOptions, extra: RecurrentExtra<unknown>) {
    const { mask, initialState, inputDropout, recurrentDropout } = extra;
    this.#options = options;
    this.inputDropout = inputDropout;
    this.recurrentDropout = recurrentDropout;
    this.input = x;
    if (mask === undefined) return;
    this.kept = this.ordered(mask.steps);
    this.held = this.ordered(Sequence.fromRows(tf.sub(1, mask.rows), mask.timesteps).steps);
    if (options.zeroMaskedOutputs) this.#shown = this.kept;
    // Before its first real step a sample's state is the initial one, but its output is 0.
    else if (initialState !== undefined) this.#shown = runningMaximum(this.kept);
  }

  /** Steps in the order of time, put in the order of processing, or the other way round. */
  ordered<T>(steps: readonly T[]): T[] {
    return this.#options.goBackwards ? steps.toReversed() : steps.slice();
  }

  /** The steps of rows [T·B, N] that are in the order of time, in the order of processing. */
  stepsOf(rows: tf.Tensor2D): tf.Tensor2D[] {
    return this.ordered(Sequence.fromRows(rows, this.input.timesteps).steps);
  }

  /** Steps in the order of processing as rows in the order of time. */
  rowsOf(steps: readonly tf.Tensor2D[]): tf.Tensor2D {
    return concatRows(this.ordered(steps));
  }

  /** The state after step k: the new one, or the one before it where the step is masked. */
  stateAfter(k: number, next: tf.Tensor2D, previous: tf.Tensor2D | undefined): tf.Tensor2D {
    if (this.kept === undefined) return next;
    const kept = tf.mul<tf.Tensor2D>(next, this.kept[k]!);
    return previous === undefined ? kept : tf.add(kept, tf.mul(previous, this.held![k]!));
  }

  /** y from the state h of every step. */
  output<O extends RecurrentOptions>(h: tf.Tensor2D[], options: O): RecurrentOutput<O> {
    const last = h.length - 1;
    const shown = this.#shown;
    const output = (k: number): tf.Tensor2D => (shown === undefined ? h[k]! : tf.mul(h[k]!, shown[k]!));
    return (
      options.returnSequences ? Sequence.fromSteps(h.map((_, k) => output(k))) : output(last)
    ) as RecurrentOutput<O>;
  }

  /** Gradient of every step's h that comes from y itself; undefined where y does not contain it. */
  outputGradients(dy: Features): (tf.Tensor2D | undefined)[] {
    const { timesteps } = this.input;
    const own: (tf.Tensor2D | undefined)[] =
      dy instanceof Sequence ? dy.steps : [...new Array<undefined>(timesteps - 1), dy];
    const shown = this.#shown;
    return shown === undefined ? own : own.map((d, k) => (d === undefined ? d : tf.mul<tf.Tensor2D>(d, shown[k]!)));
  }

  /** What of the gradient d, of a state after step k, reaches the new value of that state. */
  newGradient(k: number, d: tf.Tensor2D): tf.Tensor2D {
    return this.kept === undefined ? d : tf.mul(d, this.kept[k]!);
  }

  /** Gradient of the state before step k: what came through the new value, and what of d the mask hands on. */
  stateGradient(k: number, throughNew: tf.Tensor2D, d: tf.Tensor2D): tf.Tensor2D {
    return this.held === undefined ? throughNew : tf.add(throughNew, tf.mul(d, this.held[k]!));
  }
}

function runningMaximum(steps: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const maxima: tf.Tensor2D[] = [];
  for (const step of steps) {
    const before = maxima.at(-1);
    maxima.push(before === undefined ? step : tf.maximum(before, step));
  }
  return maxima;
}

/** Sum of two gradients, either of which may be absent. */
export function addGradients(a: tf.Tensor2D | undefined, b: tf.Tensor2D | undefined): tf.Tensor2D | undefined {
  return a === undefined ? b : b === undefined ? a : tf.add<tf.Tensor2D>(a, b);
}
