import * as tf from "@tensorflow/tfjs-core";
import { breathe, type MetricSums, metricValues, zeroSums } from "./training.ts";

/** Loss and metrics over a split, and where it is asked for what the model predicts for each sample. */
export interface Evaluation {
  /** In the order of the metrics, the loss first. */
  readonly values: number[];
  /** All samples in order, one after the other. */
  readonly predicted: number[];
}

/**
 * Goes once over a split, in order.
 * @param read a batch of samples on the device; it is disposed of
 * @param step sums over the batch, and predictions
 * @param keep the type of the predictions, where they are wanted
 */
export async function evaluateSplit<Batch extends object>(
  count: number,
  {
    batchSize,
    metrics,
    read,
    step,
    keep,
  }: {
    readonly batchSize: number;
    readonly metrics: readonly MetricSums[];
    readonly read: (indices: Int32Array) => Batch | Promise<Batch>;
    readonly step: (batch: Batch) => { totals: tf.Tensor1D; predicted: tf.Tensor };
    readonly keep?: "int32" | "float32";
  },
): Promise<Evaluation> {
  let sums = tf.tensor1d(zeroSums(metrics)); // on the device: read back at the end only
  const predicted: number[] = [];
  for (let start = 0; start < count; start += batchSize) {
    const size = Math.min(batchSize, count - start);
    const batch = await read(Int32Array.from({ length: size }, (_, k) => start + k));
    const result = step(batch);
    const next = tf.add<tf.Tensor1D>(sums, result.totals);
    if (keep !== undefined) for (const value of await result.predicted.data<typeof keep>()) predicted.push(value);
    tf.dispose([batch as tf.TensorContainer, result, sums]);
    sums = next;
    await breathe();
  }
  const values = metricValues(metrics, [...(await sums.data<"float32">())], count);
  sums.dispose();
  return { values, predicted };
}

/** Rows: true classes; columns: predicted classes, [count]. */
export async function confusionMatrix(
  split: { readonly count: number; read(indices: Int32Array): Promise<{ readonly targets: ArrayLike<number> }> },
  predicted: readonly number[],
  classes: number,
): Promise<number[][]> {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const size = 1000; // the inputs of so many are read along
  for (let start = 0; start < split.count; start += size) {
    const indices = Int32Array.from({ length: Math.min(size, split.count - start) }, (_, k) => start + k);
    const { targets } = await split.read(indices);
    for (let k = 0; k < targets.length; k++) matrix[targets[k]!]![predicted[start + k]!]!++;
  }
  return matrix;
}
