import * as tf from "@tensorflow/tfjs-core";

/** Rows and columns of a frame; [] where a timestep is one vector. */
export type Grid = readonly [] | readonly [rows: number, columns: number];

/**
 * A batch of sequences, time-major: T steps of shape [B, F]. Some kernels want the steps, others all rows at once, [T·B, F];
 * each form is made from the other at first use. Lives inside one `tf.tidy`.
 *
 * Of frames each place is such a vector, of channels: with a grid of R rows and C columns a step has the rows [B·R·C, F]. Kernels that
 * treat every vector alike need not know. One frame for each sample is a sequence of one step.
 */
export class Sequence {
  readonly timesteps: number;
  readonly batch: number;
  readonly features: number;
  readonly grid: Grid;
  #rows: tf.Tensor2D | undefined;
  #steps: tf.Tensor2D[] | undefined;

  /** @param shape of a step's rows */
  private constructor(timesteps: number, [rows, features]: readonly [number, number], grid: Grid) {
    this.timesteps = timesteps;
    this.batch = rows / cells(grid);
    this.features = features;
    this.grid = grid;
  }

  /** @param x [T, B, F]; of frames [T, B, R·C·F] */
  static fromTensor(x: tf.Tensor3D, grid: Grid = []): Sequence {
    const [timesteps, batch, values] = x.shape;
    const features = values / cells(grid);
    return Sequence.fromRows(tf.reshape(x, [timesteps * batch * cells(grid), features]), timesteps, grid);
  }

  /** @param rows [T·B, F], all of step 0 first; of frames [T·B·R·C, F] */
  static fromRows(rows: tf.Tensor2D, timesteps: number, grid: Grid = []): Sequence {
    const sequence = new Sequence(timesteps, [rows.shape[0] / timesteps, rows.shape[1]], grid);
    sequence.#rows = rows;
    return sequence;
  }

  /** @param steps T tensors [B, F]; of frames [B·R·C, F] */
  static fromSteps(steps: tf.Tensor2D[], grid: Grid = []): Sequence {
    const sequence = new Sequence(steps.length, steps[0]!.shape, grid);
    sequence.#steps = steps;
    return sequence;
  }

  /** [T·B, F]; of frames [T·B·R·C, F] */
  get rows(): tf.Tensor2D {
    this.#rows ??= concatRows(this.#steps!);
    return this.#rows;
  }

  /** T tensors [B, F]; of frames [B·R·C, F] */
  get steps(): tf.Tensor2D[] {
    this.#steps ??= this.timesteps === 1 ? [this.#rows!] : tf.split(this.#rows!, this.timesteps, 0);
    return this.#steps;
  }

  /** [T, B, F]; of frames [T, B, R·C·F] */
  get tensor(): tf.Tensor3D {
    return tf.reshape(this.rows, [this.timesteps, this.batch, cells(this.grid) * this.features]);
  }
}

/** Vectors of a step: the places of a frame. */
function cells([rows = 1, columns = 1]: Grid): number {
  return rows * columns;
}

/** What layers hand to one another: a vector per sample, [B, F], or a sequence of vectors or frames. */
export type Features = tf.Tensor2D | Sequence;

/** 1 where a timestep counts and 0 where it is padding: a Sequence of one feature, T × [B, 1]. */
export type Mask = Sequence;

/** All vectors as the rows of one matrix: [B, F], or [T·B, F] of a sequence. */
export function rowsOf(x: Features): tf.Tensor2D {
  return x instanceof Sequence ? x.rows : x;
}

/** Rows in the form of `like`: the inverse of {@link rowsOf}. The number of features may differ. */
export function withRows<X extends Features>(like: X, rows: tf.Tensor2D): X {
  return (like instanceof Sequence ? Sequence.fromRows(rows, like.timesteps, like.grid) : rows) as X;
}

/** Joins [B, F] tensors below one another. */
export function concatRows(tensors: tf.Tensor2D[]): tf.Tensor2D {
  return tensors.length === 1 ? tensors[0]! : tf.concat2d(tensors, 0);
}
