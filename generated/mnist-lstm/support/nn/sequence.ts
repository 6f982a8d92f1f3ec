import * as tf from "@tensorflow/tfjs-core";

/**
 * A batch of sequences, time-major: T steps of shape [B, F]. Some kernels want the steps, others all rows at once, [T·B, F];
 * each form is made from the other at first use. Lives inside one `tf.tidy`.
 */
export class Sequence {
  readonly timesteps: number;
  readonly batch: number;
  readonly features: number;
  #rows: tf.Tensor2D | undefined;
  #steps: tf.Tensor2D[] | undefined;

  private constructor(timesteps: number, batch: number, features: number) {
    this.timesteps = timesteps;
    this.batch = batch;
    this.features = features;
  }

  /** @param x [T, B, F] */
  static fromTensor(x: tf.Tensor3D): Sequence {
    const [timesteps, batch, features] = x.shape;
    const sequence = new Sequence(timesteps, batch, features);
    sequence.#rows = tf.reshape(x, [timesteps * batch, features]);
    return sequence;
  }

  /** @param rows [T·B, F], all of step 0 first */
  static fromRows(rows: tf.Tensor2D, timesteps: number): Sequence {
    const sequence = new Sequence(timesteps, rows.shape[0] / timesteps, rows.shape[1]);
    sequence.#rows = rows;
    return sequence;
  }

  /** @param steps T tensors [B, F] */
  static fromSteps(steps: tf.Tensor2D[]): Sequence {
    const [batch, features] = steps[0]!.shape;
    const sequence = new Sequence(steps.length, batch, features);
    sequence.#steps = steps;
    return sequence;
  }

  /** [T·B, F] */
  get rows(): tf.Tensor2D {
    this.#rows ??= concatRows(this.#steps!);
    return this.#rows;
  }

  /** T tensors [B, F] */
  get steps(): tf.Tensor2D[] {
    this.#steps ??= this.timesteps === 1 ? [this.#rows!] : tf.split(this.#rows!, this.timesteps, 0);
    return this.#steps;
  }

  /** [T, B, F] */
  get tensor(): tf.Tensor3D {
    return tf.reshape(this.rows, [this.timesteps, this.batch, this.features]);
  }
}

/** What layers hand to one another: a vector per sample, [B, F], or a sequence of vectors. */
export type Features = tf.Tensor2D | Sequence;

/** 1 where a timestep counts and 0 where it is padding: a Sequence of one feature, T × [B, 1]. */
export type Mask = Sequence;

/** All vectors as the rows of one matrix: [B, F], or [T·B, F] of a sequence. */
export function rowsOf(x: Features): tf.Tensor2D {
  return x instanceof Sequence ? x.rows : x;
}

/** Rows in the form of `like`: the inverse of {@link rowsOf}. The number of features may differ. */
export function withRows<X extends Features>(like: X, rows: tf.Tensor2D): X {
  return (like instanceof Sequence ? Sequence.fromRows(rows, like.timesteps) : rows) as X;
}

/** Joins [B, F] tensors below one another. */
export function concatRows(tensors: tf.Tensor2D[]): tf.Tensor2D {
  return tensors.length === 1 ? tensors[0]! : tf.concat2d(tensors, 0);
}
