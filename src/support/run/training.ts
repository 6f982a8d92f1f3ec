import * as tf from "@tensorflow/tfjs-core";
import { counted } from "../system/counted.ts";
import { UserError } from "../system/user-error.ts";

/** Samples of which a training takes some. */
interface Counted {
  readonly count: number;
}

/** The first `limit` samples of a split. */
export function firstSamples<S extends Counted>(split: S, limit: number | undefined): S {
  if (limit === undefined || limit >= split.count) return split;
  return { ...split, count: limit };
}

/**
 * The samples that fill whole batches, because stateful layers hand their states from one batch to the next.
 * @throws UserError (exit code 1) where they do not fill one
 */
export function wholeBatches<S extends Counted>(
  split: S,
  batchSize: number,
  what: "training" | "validation" | "test",
  note: (line: string) => void,
): S {
  const left = split.count % batchSize;
  if (left === split.count) {
    throw new UserError(
      `stateful layers need whole batches of ${batchSize}, but there ${left === 1 ? "is" : "are"} ${counted(left, `${what} sample`)}`,
      {
        exitCode: 1,
        fix: "give more data, or lower training.batchSize",
      },
    );
  }
  if (left > 0)
    note(
      `data: the last ${counted(left, `${what} sample`)} ${left === 1 ? "does" : "do"} not fill a batch, which stateful layers need; left out`,
    );
  return firstSamples(split, split.count - left);
}

/** Below these, what is learned or measured is mostly chance. */
const FEW_TRAINING_SAMPLES = 30;
const FEW_SAMPLES = 10;

/**
 * The data that a training has, and a warning where it is too little to learn from or to measure with. `validation` is undefined where
 * the test samples validate.
 */
export function describeSamples(
  { source, train, validation, test }: { source: string; train: number; validation: number | undefined; test: number },
  { epochs, limited }: { epochs: number; limited: boolean },
): string[] {
  const parts =
    validation === undefined
      ? `${counted(train, "training sample")} and ${counted(test, "test sample")}, by which it is validated as well`
      : `${counted(train, "training sample")}, ${counted(validation, "validation sample")} and ${counted(test, "test sample")}`;
  const lines = [`data: ${source}; ${parts}`];
  if (train < FEW_TRAINING_SAMPLES && !limited) {
    const often = epochs === 1 ? "once" : `${counted(epochs, "time")}`;
    lines.push(
      `warning: the model sees ${counted(train, "training sample")} ${often}: from so few it learns those by heart, and little that holds for others`,
    );
  }
  const few = (count: number, kind: string, measured: string): void => {
    if (count >= FEW_SAMPLES) return;
    const what = count === 1 ? `one ${kind} sample is` : `${count} ${kind} samples are`;
    lines.push(`warning: ${what} too few to measure with: ${measured} mostly chance`);
  };
  if (validation !== undefined) few(validation, "validation", "valLoss and the metrics beside it are");
  few(test, "test", validation === undefined ? "valLoss and the metrics beside it are" : "what the test says is");
  return lines;
}

/** The sizes of the batches that so many samples make: for each count the full one and, where it exists, the smaller last one. */
export function batchSizes(batchSize: number, ...counts: readonly number[]): number[] {
  const sizes = counts.flatMap((count) => [Math.min(count, batchSize), count > batchSize ? count % batchSize : 0]);
  return [...new Set(sizes)].filter((size) => size > 0);
}

/** Sums kept on the device over an epoch, so that the loop reads them back only where somebody looks. */
export class DeviceSums {
  #sums: tf.Tensor1D;

  constructor(initial: readonly number[]) {
    this.#sums = tf.tensor1d([...initial]);
  }

  /** Adds a batch's sums and disposes of them. */
  add(batch: tf.Tensor1D): void {
    const next = tf.add<tf.Tensor1D>(this.#sums, batch);
    batch.dispose();
    this.#sums.dispose();
    this.#sums = next;
  }

  async read(): Promise<number[]> {
    return [...(await this.#sums.data<"float32">())];
  }

  dispose(): void {
    this.#sums.dispose();
  }
}

/** A loss or metric: its name in metrics.jsonl, how many sums a step gives for it, and the value that sums over samples give. */
export interface MetricSums {
  readonly name: string;
  readonly size: number;
  readonly value: (sums: readonly number[], samples: number) => number;
}

export function zeroSums(metrics: readonly MetricSums[]): number[] {
  return metrics.flatMap(({ size }) => new Array<number>(size).fill(0));
}

/** The value of each metric; `sums` has those of all metrics in order. */
export function metricValues(metrics: readonly MetricSums[], sums: readonly number[], samples: number): number[] {
  let start = 0;
  return metrics.map(({ size, value }) => {
    const own = sums.slice(start, start + size);
    start += size;
    return value(own, samples);
  });
}

/** Lets signals and timers in between steps: a step blocks the event loop while it computes. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The first of the named tensors that holds NaN or an infinity. */
export async function firstNonFinite(tensors: Readonly<Record<string, tf.Tensor>>): Promise<string | undefined> {
  for (const [name, tensor] of Object.entries(tensors)) {
    const values = await tensor.data<"float32">();
    if (!values.every(Number.isFinite)) return name;
  }
  return undefined;
}

/** The numbers that a step takes, as tensors: as JavaScript numbers they would become constants of a captured graph. */
export function scalarTensors<K extends string>(numbers: Readonly<Record<K, number>>): Record<K, tf.Scalar> {
  const entries = Object.entries<number>(numbers).map(([name, number]) => [name, tf.scalar(number)]);
  return Object.fromEntries(entries) as Record<K, tf.Scalar>;
}
