import * as tf from "@tensorflow/tfjs-core";
import type { CapturedProgram } from "../capture/program.ts";
import type { Json } from "../system/json.ts";
import { UserError } from "../system/user-error.ts";
import type { Callback, Kept } from "./callback.ts";
import { type Checkpoint, type SavedPart, saveCheckpoint, type TrainingState } from "./checkpoint.ts";
import type { DivergedError } from "./diverged.ts";
import type { EpochMetrics } from "./metrics.ts";
import type { Session } from "./session.ts";
import { assignTensors, readTensors, type Variables } from "./tensors.ts";
import { type MetricSums, metricValues, zeroSums } from "./training.ts";

/** The variables of a training. */
export interface TrainingVariables {
  readonly weights: Variables;
  /** By slot, such as Adam's m and v. */
  readonly optimizer: Readonly<Record<string, Variables>>;
  /** Of stateful layers. */
  readonly states?: Variables;
  /** Sums of loss and metrics over the steps of the epoch so far. */
  readonly totals: tf.Variable<tf.Rank.R1>;
}

export interface TrainingOptions {
  readonly session: Pick<Session, "run" | "options" | "program">;
  readonly state: TrainingState;
  readonly variables: TrainingVariables;
  /** Holds the values of the variables. */
  readonly captured: Pick<CapturedProgram<unknown>, "pull" | "push">;
  readonly callbacks: readonly Callback[];
  readonly interrupt: { readonly requested: boolean };
  readonly metrics: readonly MetricSums[];
  /** Samples of an epoch, and of a step. */
  readonly samples: number;
  readonly batchSize: number;
  readonly data: { readonly fitted?: Json };
  /** Finds out why the loss is no number. */
  readonly diverged: (state: TrainingState) => Promise<DivergedError>;
}

export function zeroTotals(metrics: readonly MetricSums[]): tf.Variable<tf.Rank.R1> {
  return tf.tidy(() => tf.variable(tf.tensor1d(zeroSums(metrics)), false));
}

/** What the loop of train.ts and its callbacks share: where the training stands, what it measures, how it is saved. */
export class TrainingLoop {
  /** The loop counts here; a checkpoint holds it. */
  readonly state: TrainingState;
  /** Captured, their values are out of date. */
  readonly variables: TrainingVariables;
  readonly metrics: readonly MetricSums[];
  readonly samples: number;
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.state = options.state;
    this.variables = options.variables;
    this.metrics = options.metrics;
    this.samples = options.samples;
    this.#options = options;
    const names = options.callbacks.flatMap(({ keeps }) => keeps?.name ?? []);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`two callbacks keep their state as ${twice}`);
    for (const { keeps } of options.callbacks) {
      for (const [name, { dtype }] of Object.entries(keeps?.tensors ?? {})) {
        if (dtype !== "float32") throw new Error(`${keeps!.name}: ${name} is ${dtype}; checkpoints keep float32`);
      }
    }
  }

  /** Whether another epoch follows. */
  get goesOn(): boolean {
    return this.state.epoch <= this.#options.session.options.epochs && !this.state.stopped;
  }

  /** Whether the training ends after this step. */
  get interrupted(): boolean {
    return this.#options.interrupt.requested;
  }

  /** Samples of the epoch that are done. */
  get samplesDone(): number {
    return Math.min(this.state.step * this.#options.batchSize, this.samples);
  }

  epochStart(): Promise<void> {
    return this.#tell((callback) => callback.epochStart?.(this));
  }

  stepEnd(): Promise<void> {
    return this.#tell((callback) => callback.stepEnd?.(this));
  }

  epochEnd(metrics: EpochMetrics): Promise<void> {
    return this.#tell((callback) => callback.epochEnd?.(this, metrics));
  }

  trainEnd(): Promise<void> {
    return this.#tell((callback) => callback.trainEnd?.(this));
  }

  /**
   * Calls the callbacks, one after the other.
   * @throws Error where one leaves what no checkpoint can hold: the last one stays
   */
  async #tell(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#options.callbacks) {
      await call(callback);
      const { rateScale } = this.state;
      if (!Number.isFinite(rateScale) || rateScale < 0) {
        throw new Error(`a callback set rateScale to ${rateScale}: it is a finite number from 0 up`);
      }
      const { name, numbers = {} } = callback.keeps ?? {};
      const other = Object.entries(numbers).find(([, value]) => typeof value !== "number");
      if (other !== undefined) throw new Error(`${name}: ${other[0]} is ${other[1]}; checkpoints keep numbers`);
    }
  }

  /**
   * Loss and metrics over the steps of the epoch so far; they are read back from the device.
   * @throws DivergedError where the loss is no number
   */
  async values(): Promise<number[]> {
    return this.refuseDiverged(metricValues(this.metrics, await this.#sums(), this.samplesDone));
  }

  /** @throws DivergedError where the first of the values, the loss, is no number */
  async refuseDiverged(values: number[]): Promise<number[]> {
    if (Number.isFinite(values[0])) return values;
    this.#options.captured.pull();
    throw await this.#options.diverged(this.state);
  }

  /** Begins the next epoch. */
  nextEpoch(): void {
    const { captured, variables } = this.#options;
    this.state.epoch++;
    this.state.step = 0;
    tf.tidy(() => variables.totals.assign(tf.tensor1d(zeroSums(this.metrics))));
    captured.push(["totals"]);
  }

  async #sums(): Promise<number[]> {
    this.#options.captured.pull(["totals"]);
    return Array.from(await this.#options.variables.totals.data<"float32">());
  }

  /**
   * Writes a checkpoint.
   * @throws DivergedError where the loss is no number: the last good checkpoint stays
   */
  async save(): Promise<void> {
    const { variables, captured, callbacks, session, data } = this.#options;
    if (this.state.step > 0) await this.values();
    captured.pull();
    const optimizer: Checkpoint["optimizer"] = {};
    for (const [slot, values] of Object.entries(variables.optimizer)) optimizer[slot] = await readTensors(values);
    const parts: Record<string, SavedPart> = {};
    for (const { keeps } of callbacks) {
      if (keeps === undefined) continue;
      parts[keeps.name] = { numbers: { ...keeps.numbers }, tensors: await readTensors(keeps.tensors ?? {}) };
    }
    saveCheckpoint(session.run.path, {
      definition: session.program.definition,
      weights: await readTensors(variables.weights),
      optimizer,
      ...(variables.states === undefined ? {} : { states: await readTensors(variables.states) }),
      state: { ...this.state },
      sums: await this.#sums(),
      parts,
      ...(data.fitted === undefined ? {} : { fitted: data.fitted }),
    });
  }
}

/**
 * Assigns what a checkpoint holds, before the training is captured.
 * @throws UserError (exit code 2) where it does not fit the program
 */
export function restore(
  { run: { path: run }, note }: Pick<Session, "run" | "note">,
  { weights, optimizer, states, state, sums, parts = {} }: Checkpoint,
  variables: TrainingVariables,
  callbacks: readonly Callback[],
): void {
  assignTensors(variables.weights, weights);
  for (const [slot, values] of Object.entries(variables.optimizer)) assignTensors(values, optimizer[slot] ?? {});
  // Imported weights have no states: these begin with zeros.
  if (variables.states !== undefined && states !== undefined) assignTensors(variables.states, states);
  tf.tidy(() => variables.totals.assign(tf.tensor1d(sums)));
  const kept = callbacks.flatMap(({ keeps }) => keeps ?? []);
  const other = Object.keys(parts).find((name) => kept.every((part) => part.name !== name));
  if (other !== undefined) throw differs(run, `the run keeps a state of ${other}, which train.ts does not have`);
  for (const part of kept) restorePart(run, part, parts[part.name], state);
  note(`resumed ${run} in epoch ${state.epoch} after ${state.step} steps`);
}

function restorePart(run: string, kept: Kept, saved: SavedPart | undefined, { iteration }: TrainingState): void {
  const { name, numbers = {}, tensors = {} } = kept;
  if (saved === undefined && iteration === 0) return; // imported weights: nothing has begun
  const fits =
    saved !== undefined &&
    Object.keys(saved.numbers).sort().join() === Object.keys(numbers).sort().join() &&
    Object.keys(saved.tensors).sort().join() === Object.keys(tensors).sort().join();
  if (!fits) throw differs(run, `train.ts keeps a state of ${name} that the run does not have`);
  Object.assign(numbers, saved.numbers);
  assignTensors(tensors, saved.tensors);
}

function differs(run: string, what: string): UserError {
  return new UserError(`${run}: ${what}`, { exitCode: 2, fix: "restore train.ts as it was, or begin a new run" });
}
