import { counted } from "../system/counted.ts";
import { UserError } from "../system/user-error.ts";
import type { TrainingState } from "./checkpoint.ts";
import type { RunInfo } from "./info.ts";

/** What a run is resumed with, in the place of what it began with. */
export interface Resumption {
  readonly checksums: Readonly<Record<string, string>>;
  readonly trainSamples: number;
  readonly validationSamples: number;
  /** SHA-256 of what is fitted to the training rows. */
  readonly preprocessing: string | undefined;
  /** Of the command line, and the one that the spec gives. */
  readonly seed: number;
  readonly specSeed: number;
  /** Epochs to be done in all. */
  readonly epochs: number;
}

/**
 * Refuses to go on with a run on other data, another part of it, with another seed, or to fewer epochs than it has begun. A run of
 * imported weights has seen no data.
 * @throws UserError (exit code 2)
 */
export function refuseOtherData(
  path: string,
  run: RunInfo,
  { seed, epoch, step }: TrainingState,
  now: Resumption,
): void {
  const refuse = (what: string, fix: string): UserError => new UserError(`${path}: ${what}`, { exitCode: 2, fix });
  for (const [file, then] of Object.entries(run.data?.sha256 ?? {})) {
    const found = now.checksums[file];
    if (found === then) continue;
    const what =
      found === undefined ? "is no longer read" : `has changed (SHA-256 ${short(then)} then, ${short(found)} now)`;
    throw refuse(`${file} ${what} since the run began`, "give the data of then with --data, or begin a new run");
  }
  for (const [kind, count, began] of [
    ["training", now.trainSamples, run.settings?.trainSamples],
    ["validation", now.validationSamples, run.settings?.validationSamples],
  ] as const) {
    if (began === undefined || began === count) continue;
    const what = `${counted(count, `${kind} sample`)}, but the run began with ${began}`;
    throw refuse(what, "give the same --data and --limit as before");
  }
  if (run.preprocessing !== undefined && run.preprocessing.sha256 !== now.preprocessing) {
    throw refuse("the data is scaled otherwise than when the run began", "begin a new run");
  }
  if (now.seed !== now.specSeed && now.seed !== seed) {
    throw refuse(`--seed ${now.seed}, but the run began with seed ${seed}`, "leave out --seed");
  }
  const begun = step === 0 ? epoch - 1 : epoch;
  if (now.epochs < begun) {
    throw refuse(`it has begun epoch ${begun}, but is to end after ${now.epochs}`, `give --epochs ${begun}, or more`);
  }
}

function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}

/** The loss, a weight or an output is no number any more. */
export class DivergedError extends UserError {
  constructor(message: string, fix: string) {
    super(message, { exitCode: 1, fix });
    this.name = "diverged";
  }
}

/** A checkpoint takes at most this share of the time. */
const SHARE = 0.02;

/** When to save the next checkpoint within an epoch. */
export class CheckpointClock {
  readonly #milliseconds: number;
  readonly #clock: () => number;
  #last: number;
  #cost = 0;

  /** @param clock milliseconds */
  constructor(seconds: number, clock: () => number = () => performance.now()) {
    this.#milliseconds = 1000 * seconds;
    this.#clock = clock;
    this.#last = clock();
  }

  due(): boolean {
    return this.#clock() - this.#last >= Math.max(this.#milliseconds, this.#cost / SHARE);
  }

  /** Measures a checkpoint. */
  async save(checkpoint: () => Promise<void>): Promise<void> {
    const started = this.#clock();
    await checkpoint();
    this.#last = this.#clock();
    this.#cost = this.#last - started;
  }
}
