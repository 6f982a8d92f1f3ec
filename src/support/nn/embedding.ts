import * as tf from "@tensorflow/tfjs-core";
import { matMulTransposedA } from "./matmul.ts";
import { type Mask, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface EmbeddingWeights {
  /** [inputDim, outputDim] */
  readonly embeddings: tf.Tensor2D;
}

export interface EmbeddingOptions {
  /** Id 0 is padding: the output comes with a mask that is 0 there. */
  readonly maskZero: boolean;
}

export interface EmbeddingOutput<M extends boolean = boolean> {
  /** T × [B, outputDim] */
  readonly y: Sequence;
  /** With maskZero: 1 where the id is not 0. */
  readonly mask: M extends true ? Mask : undefined;
  /** [T·B], int32 */
  readonly ids: tf.Tensor1D;
}

/**
 * The row of `embeddings` that each id names. ids: int32 [B, T] in 0..inputDim-1; the reader of the data checks the range,
 * for a gather out of range gives different numbers on different backends.
 */
export function embeddingForward<O extends EmbeddingOptions>(
  ids: tf.Tensor2D,
  w: EmbeddingWeights,
  options: O,
): EmbeddingOutput<O["maskZero"]> {
  const [batch, timesteps] = ids.shape;
  const flat = tf.reshape<tf.Rank.R1>(tf.transpose(ids), [timesteps * batch]);
  const mask = options.maskZero
    ? Sequence.fromRows(tf.reshape(tf.cast(tf.notEqual(flat, tf.scalar(0, "int32")), "float32"), [-1, 1]), timesteps)
    : undefined;
  return {
    y: Sequence.fromRows(tf.gather(w.embeddings, flat) as tf.Tensor2D, timesteps),
    mask: mask as EmbeddingOutput<O["maskZero"]>["mask"],
    ids: flat,
  };
}

/** One-hot matrices are built for so many numbers at once: 64 MB. */
const ONE_HOT_SIZE = 2 ** 24;

/**
 * The gradient of the embeddings, for dy: T × [B, outputDim]: one-hot(ids)ᵀ · dy, which every backend can compute (a scatter it
 * cannot). Large vocabularies take several products over parts of the rows. Ids have no gradient.
 */
export function embeddingBackward<W extends EmbeddingWeights>(
  dy: Sequence,
  forward: EmbeddingOutput,
  w: W,
  _options: EmbeddingOptions,
): { dw: GradientsOf<W> } {
  const depth = w.embeddings.shape[0];
  const rows = forward.ids.shape[0];
  const part = Math.max(1, Math.floor(ONE_HOT_SIZE / depth));
  let embeddings: tf.Tensor2D | undefined;
  for (let start = 0; start < rows; start += part) {
    const count = Math.min(part, rows - start);
    const whole = count === rows;
    const ids = whole ? forward.ids : tf.slice1d(forward.ids, start, count);
    const gradient = whole ? dy.rows : tf.slice2d(dy.rows, [start, 0], [count, dy.features]);
    // In int32 first: the wasm kernel writes wrong numbers for a float one-hot.
    const oneHot = tf.cast<tf.Tensor2D>(tf.oneHot(ids, depth) as tf.Tensor2D, "float32");
    const product = matMulTransposedA(oneHot, gradient);
    embeddings = embeddings === undefined ? product : tf.add<tf.Tensor2D>(embeddings, product);
  }
  return { dw: { embeddings } as unknown as GradientsOf<W> };
}
