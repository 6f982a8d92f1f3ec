import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { concatRows, type Features, type Mask, rowsOf, Sequence, withRows } from "./sequence.ts";

/** Merge layers of two or more inputs of one shape (concatenate: alike but for the joined axis); `dx` has one entry per input. */
export interface MergeOutput<X extends Features> {
  readonly y: X;
  readonly x: readonly X[];
}

/** Masks of the inputs, where they have one. */
export interface MergeMasks {
  readonly masks?: readonly (Mask | undefined)[];
}

type Gradients<G extends boolean, X> = { dx: InputGradient<G, X[]> };

function merge<X extends Features>(
  x: readonly X[],
  combine: (a: tf.Tensor2D, b: tf.Tensor2D, index: number) => tf.Tensor2D,
): X {
  const rows = x.map((input) => rowsOf(input));
  return withRows(
    x[0]!,
    rows.reduce((merged, input, index) => combine(merged, input, index)),
  );
}

export function addForward<X extends Features>(x: readonly X[]): MergeOutput<X> {
  return { y: merge(x, (a, b) => tf.add(a, b)), x };
}

export function addBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: MergeOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return { dx: whenWanted(request, () => x.map(() => dy)) };
}

/** x[0] - x[1]. */
export function subtractForward<X extends Features>(x: readonly X[]): MergeOutput<X> {
  return { y: merge(x, (a, b) => tf.sub(a, b)), x };
}

export function subtractBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: MergeOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return { dx: whenWanted(request, () => [dy, withRows(dy, tf.neg<tf.Tensor2D>(rowsOf(dy)))]) };
}

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

export interface MultiplyOutput<X extends Features> extends MergeOutput<X> {
  /** What is multiplied: the rows of x, 1 at masked steps. */
  readonly factors: readonly tf.Tensor2D[];
  readonly masks: readonly (Mask | undefined)[];
  /** Where all inputs are masked: 0 at the steps that no input counts; the output is 0 there. */
  readonly counted: tf.Tensor2D | undefined;
}

/** The product. As in Keras 3, a masked step of one input leaves the others as they are. */
export function multiplyForward<X extends Features>(
  x: readonly X[],
  { masks = [] }: MergeMasks = {},
): MultiplyOutput<X> {
  const factors = x.map((input, i) => {
    const mask = masks[i]?.rows;
    return mask === undefined ? rowsOf(input) : tf.add<tf.Tensor2D>(tf.mul(rowsOf(input), mask), tf.sub(1, mask));
  });
  const maskRows = x.flatMap((_, i) => masks[i]?.rows ?? []);
  const counted = maskRows.length === x.length ? maskRows.reduce((a, b) => tf.maximum(a, b)) : undefined;
  const product = productOf(factors)!;
  const y = withRows(x[0]!, counted === undefined ? product : tf.mul<tf.Tensor2D>(product, counted));
  return { y, x, factors, masks, counted };
}

function productOf(factors: readonly tf.Tensor2D[]): tf.Tensor2D | undefined {
  return factors.length === 0 ? undefined : factors.reduce((a, b) => tf.mul(a, b));
}

export function multiplyBackward<X extends Features, G extends boolean>(
  dy: X,
  { x, factors, masks, counted }: MultiplyOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const rows = counted === undefined ? rowsOf(dy) : tf.mul<tf.Tensor2D>(rowsOf(dy), counted);
      return x.map((_, i) => {
        const others = productOf(factors.filter((_factor, k) => k !== i));
        const mask = masks[i]?.rows;
        const gradient = others === undefined ? rows : tf.mul<tf.Tensor2D>(rows, others);
        return withRows(dy, mask === undefined ? gradient : tf.mul<tf.Tensor2D>(gradient, mask));
      });
    }),
  };
}

export interface ExtremumOutput<X extends Features> extends MergeOutput<X> {
  /** For input 1 and later: 1 where what came before it was taken, 0 where it was. */
  readonly kept: readonly tf.Tensor2D[];
}

function extremum<X extends Features>(
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

function extremumBackward<X extends Features, G extends boolean>(
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

/** The largest value; of equal ones the first gets the gradient, as in TensorFlow. Masked steps lose against those that count. */
export function maximumForward<X extends Features>(x: readonly X[], masks: MergeMasks = {}): ExtremumOutput<X> {
  return extremum(x, masks, (a, b) => tf.greaterEqual(a, b));
}

export function maximumBackward<X extends Features, G extends boolean>(
  dy: X,
  forward: ExtremumOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return extremumBackward(dy, forward, request);
}

/** The smallest value; of equal ones the first gets the gradient, as in TensorFlow. Masked steps lose against those that count. */
export function minimumForward<X extends Features>(x: readonly X[], masks: MergeMasks = {}): ExtremumOutput<X> {
  return extremum(x, masks, (a, b) => tf.lessEqual(a, b));
}

export function minimumBackward<X extends Features, G extends boolean>(
  dy: X,
  forward: ExtremumOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return extremumBackward(dy, forward, request);
}

export interface ConcatenateOptions {
  /** An axis of [B, F] or [B, T, F], the batch being axis 0: the last one, or 1 (time) of sequences. */
  readonly axis: -2 | -1 | 1 | 2;
}

function alongTime(x: Features, { axis }: ConcatenateOptions): boolean {
  return x instanceof Sequence && (axis === 1 || axis === -2);
}

/** The inputs beside one another (features), or one after another (time). */
export function concatenateForward<X extends Features>(x: readonly X[], options: ConcatenateOptions): MergeOutput<X> {
  const rows = x.map((input) => rowsOf(input));
  if (!alongTime(x[0]!, options)) return { y: withRows(x[0]!, tf.concat2d(rows, 1)), x };
  const timesteps = x.reduce((sum, input) => sum + (input as Sequence).timesteps, 0);
  return { y: Sequence.fromRows(concatRows(rows), timesteps) as X, x };
}

export function concatenateBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: MergeOutput<X>,
  options: ConcatenateOptions,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return {
    dx: whenWanted(request, () => {
      const shapes = x.map((input) => rowsOf(input).shape);
      const axis = alongTime(x[0]!, options) ? 0 : 1;
      const parts = tf.split<tf.Tensor2D>(
        rowsOf(dy),
        shapes.map((shape) => shape[axis]),
        axis,
      );
      return x.map((input, i) => withRows(input, parts[i]!));
    }),
  };
}
