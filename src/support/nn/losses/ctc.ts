import * as tf from "@tensorflow/tfjs-core";
import { type Mask, Sequence } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";

/** Logarithm of the probability that an alignment begins or ends where it must not: log 1e-307, as in Keras. */
const MISPLACED = Math.log(1e-307);

/** In place of log 0 for steps between states that there are not: it stays finite in sums, and its exponential is 0. */
const FORBIDDEN = -1e30;

/**
 * Connectionist temporal classification (Graves et al. 2006): loss = -log of the probability of all paths, one class for each timestep,
 * that become the labels once repeats are merged and blanks removed. Class 0 is the blank. As in Keras it is not divided by the number of
 * labels or timesteps.
 *
 * labels: int32 [B, L], classes above 0, padded with 0 at the end. Labels that do not fit into the timesteps have a loss of about 700, and
 * a gradient that is finite. Masked timesteps, which Keras refuses here, are left out of the sequence.
 *
 * The gradient with respect to logit k at timestep t is softmax(z)[t, k] - Σ γ[t, s] over the states s whose class is k (equation 16 there),
 * with γ, the probability of being in state s at t, from the forward and the backward variables.
 */
export function ctcLoss(
  logits: Sequence,
  labels: tf.Tensor2D,
  _options: object = {},
  { weights, mask }: Weighting = {},
): LossOutput<Sequence> {
  const { timesteps, batch, features: classes } = logits;
  const states = labelStates(labels);
  const logProbabilities = tf.logSoftmax(logits.rows);
  // Row t·B + b of the probabilities begins at place (t·B + b)·C.
  const rows = tf.reshape(tf.range(0, timesteps * batch * classes, classes, "int32"), [timesteps, batch, 1]);
  const places = tf.add(rows, tf.reshape(states, [1, batch, states.shape[1]]));
  const emissions = tf.gather(tf.reshape(logProbabilities, [-1]), places) as tf.Tensor as tf.Tensor3D; // [T, B, S]
  const { occupied, logLikelihood } = align(emissions, states, labels, mask);
  const byClass = tf.matMul<tf.Tensor3D>(
    tf.transpose(occupied, [1, 0, 2]),
    tf.cast(tf.oneHot(states, classes), "float32"), // [B, S, C]
  );
  const gradient = tf.sub(
    tf.reshape(tf.exp(logProbabilities), [timesteps, batch, classes]),
    tf.transpose(byClass, [1, 0, 2]),
  );
  const losses = tf.neg(logLikelihood);
  const scale = weights === undefined ? 1 / batch : tf.reshape(tf.div(weights, batch), [1, batch, 1]);
  return {
    total: tf.sum(weights === undefined ? losses : tf.mul(losses, weights)),
    gradient: Sequence.fromTensor(tf.mul(gradient, mask === undefined ? scale : tf.mul(mask.tensor, scale))),
  };
}

/** The class of each state, int32 [B, S = 2L + 1]: the labels with a blank before, between and after them. */
function labelStates(labels: tf.Tensor2D): tf.Tensor2D {
  const [batch, length] = labels.shape;
  const pairs = tf.reshape(tf.stack([tf.zerosLike(labels), labels], 2), [batch, 2 * length]) as tf.Tensor2D;
  return tf.concat2d([pairs, tf.zeros([batch, 1], "int32")], 1);
}

interface Alignment {
  /** γ: the probability of being in each state at each timestep, [T, B, S]. */
  readonly occupied: tf.Tensor3D;
  /** [B] */
  readonly logLikelihood: tf.Tensor1D;
}

/**
 * The forward-backward algorithm, in logarithms. The backward variables are forward ones of the reversed states in reversed time, so that
 * one recursion over 2 B rows computes both. emissions: log-probability of each state's class, [T, B, S].
 */
function align(emissions: tf.Tensor3D, states: tf.Tensor2D, labels: tf.Tensor2D, mask: Mask | undefined): Alignment {
  const [timesteps, batch, count] = emissions.shape;
  const skips = tf.concat2d([skipsOf(states), skipsOf(tf.reverse(states, 1))], 0);
  const both: tf.Tensor3D = tf.concat3d([emissions, tf.reverse(emissions, [0, 2])], 1);
  const masks = mask && new DirectedMasks(mask);
  const variables: tf.Tensor2D[] = [];
  const peaks: tf.Tensor2D[] = []; // taken out of each timestep, so that large logarithms keep their small differences
  let current = tf.concat2d([starts(states), tf.reverse(ends(labels), 1)], 0);
  for (const [t, emission] of Sequence.fromTensor(both).steps.entries()) {
    let arrived = t === 0 ? current : advance(current, skips);
    if (masks !== undefined) arrived = choose(masks.begun[t]!, arrived, current);
    let next = tf.add<tf.Tensor2D>(arrived, emission);
    if (masks !== undefined) next = choose(masks.counted[t]!, next, current);
    const peak = tf.max<tf.Tensor2D>(next, 1, true);
    current = tf.sub(next, peak);
    variables.push(current);
    peaks.push(peak);
  }
  const all = Sequence.fromSteps(variables).tensor; // [T, 2B, S]
  const forward = tf.slice3d(all, [0, 0, 0], [timesteps, batch, count]);
  const backward = tf.reverse(tf.slice3d(all, [0, batch, 0], [timesteps, batch, count]), [0, 2]);
  // The backward half ends where paths begin, at the first blank or the first label.
  const first = tf.slice2d(current, [batch, count - 2], [batch, 2]);
  const scale = tf.sum<tf.Tensor2D>(Sequence.fromSteps(peaks).tensor, 0); // [2B, 1]
  return {
    // Both variables have the emission of their own timestep in them.
    occupied: tf.softmax(tf.sub<tf.Tensor3D>(tf.add(forward, backward), emissions)),
    logLikelihood: tf.add(tf.logSumExp(first, 1), tf.reshape(tf.slice2d(scale, [batch, 0], [batch, 1]), [batch])),
  };
}

/** 0 where a path may skip the blank between two labels, which differ, else {@link FORBIDDEN}: of the state that it steps to, [B, S]. */
function skipsOf(states: tf.Tensor2D): tf.Tensor2D {
  const [batch, count] = states.shape;
  const to = tf.slice2d(states, [0, 2], [batch, count - 2]);
  const from = tf.slice2d(states, [0, 0], [batch, count - 2]);
  const equal = tf.cast(tf.equal(to, from), "float32"); // blanks are equal, too
  return withTwoBefore(tf.mul(equal, FORBIDDEN), FORBIDDEN);
}

/** Two more states before the first, [B, S] → [B, 2 + S]. */
function withTwoBefore(x: tf.Tensor2D, value: number): tf.Tensor2D {
  return tf.pad2d(
    x,
    [
      [0, 0],
      [2, 0],
    ],
    value,
  );
}

/** Log-probability of being in each state at the first timestep, [B, S]: 0 for the first blank and the first label. */
function starts(states: tf.Tensor2D): tf.Tensor2D {
  const [batch, count] = states.shape;
  // Keras has such a state before the first timestep, from which a path steps on to this one by two or three ways.
  const ways = tf.add(tf.exp(tf.slice2d(skipsOf(states), [0, 2], [batch, count - 2])), 2);
  return withTwoBefore(tf.add(tf.log(ways), MISPLACED), 0);
}

/** Log-probability that a path ends in each state, [B, S]: 0 for the last label and the blank after it. */
function ends(labels: tf.Tensor2D): tf.Tensor2D {
  const [, length] = labels.shape;
  const counts = tf.sum(tf.cast(tf.notEqual(labels, 0), "float32"), 1, true); // [B, 1]
  const past = tf.sub(tf.range(0, 2 * length + 1), tf.mul(counts, 2)); // 0 at the last blank, -1 at the last label
  const last = tf.logicalAnd(tf.greaterEqual(past, -1), tf.lessEqual(past, 0));
  return tf.mul(tf.sub(1, tf.cast(last, "float32")), MISPLACED);
}

/** One timestep: log-probability of coming to each state from itself, the one before it, or the one before that. */
function advance(variables: tf.Tensor2D, skips: tf.Tensor2D): tf.Tensor2D {
  const [rows, count] = variables.shape;
  const padded = withTwoBefore(variables, FORBIDDEN);
  const step = tf.slice2d(padded, [0, 1], [rows, count]);
  const skip = tf.add<tf.Tensor2D>(tf.slice2d(padded, [0, 0], [rows, count]), skips);
  const peak = tf.maximum<tf.Tensor2D>(tf.maximum(variables, step), skip);
  const [stayed, stepped, skipped] = [variables, step, skip].map((from) => tf.exp(tf.sub<tf.Tensor2D>(from, peak)));
  const sum = tf.add<tf.Tensor2D>(tf.add(stayed!, stepped!), skipped!);
  return tf.add(tf.log(sum), peak);
}

/** Masks of both directions, T × [2B, 1]. */
class DirectedMasks {
  /** 1 where a timestep counts; where it does not, the variables stay as they are. */
  readonly counted: readonly tf.Tensor2D[];
  /** 1 where one before it counts: the first that does is the start. */
  readonly begun: readonly tf.Tensor2D[];

  constructor(mask: Mask) {
    const both = tf.concat3d([mask.tensor, tf.reverse(mask.tensor, 0)], 1);
    this.counted = Sequence.fromTensor(both).steps;
    const earlier = tf.cast(tf.greater(tf.cumsum(both, 0, true), 0), "float32");
    this.begun = Sequence.fromTensor(earlier as tf.Tensor3D).steps;
  }
}

/** a where the condition is 1, b where it is 0. condition: [R, 1]; a, b: [R, S], finite. */
function choose(condition: tf.Tensor2D, a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.mul(a, condition), tf.mul(b, tf.sub(1, condition)));
}

/** The most probable class of each timestep, int32 [B, T]; -1 where it is masked. */
export function bestPaths(output: Sequence, mask?: Mask): tf.Tensor2D {
  const { timesteps, batch } = output;
  const path = tf.cast(tf.argMax(output.rows, 1), "float32");
  const kept = mask === undefined ? path : tf.sub(tf.mul(tf.add(path, 1), tf.reshape(mask.rows, [-1])), 1);
  return tf.cast(tf.transpose(tf.reshape(kept, [timesteps, batch])), "int32") as tf.Tensor2D;
}

/** The same as float32 [B, T + 1]: the last column is finite where the model's output is, since the most probable of NaNs is a class, too. */
export function checkedPaths(output: Sequence, mask?: Mask): tf.Tensor2D {
  const { timesteps, batch } = output;
  const sums = tf.sum(tf.reshape(tf.sum(output.rows, 1), [timesteps, batch]), 0);
  return tf.concat([tf.cast(bestPaths(output, mask), "float32"), tf.reshape(sums, [batch, 1])], 1);
}

/** The labels that a path stands for: repeats merged, then blanks removed (best path decoding, Graves et al. 2006, section 3.2). */
export function pathLabels(path: ArrayLike<number>): number[] {
  const counted = Array.from(path).filter((symbol) => symbol >= 0);
  return counted.filter((symbol, t) => symbol !== 0 && symbol !== counted[t - 1]);
}
