import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, writeError } from "./files.ts";
import { UserError } from "./user-error.ts";

export type SavedTensors = Record<string, { shape: number[]; values: Float32Array }>;

/** Where a run stands. */
export interface TrainingState {
  /** Epoch that is under way, from 1. */
  epoch: number;
  /** Steps done in it. */
  step: number;
  /** Steps done in all. */
  iteration: number;
  /** Sums of loss and metrics over those steps. */
  sums: number[];
  /** Root seed: with epoch and iteration it gives every random number. */
  seed: number;
  specSha256: string;
}

export interface Checkpoint {
  weights: SavedTensors;
  /** Optimizer state by slot, such as Adam's m and v. */
  optimizer: Record<string, SavedTensors>;
  /** States of stateful layers, where a model has them. */
  states?: SavedTensors;
  state: TrainingState;
}

interface Index {
  format: "lstm-compile-checkpoint";
  data: { file: string; sha256: string };
  state: TrainingState;
  /** Slots in the order of the data: "weights", "states" and the optimizer's. */
  slots: { slot: string; name: string; shape: number[] }[];
}

const INDEX = "checkpoint.json";
const DATA_FILE = /^state-\d+-[0-9a-f]{12}\.bin$/;
/** Older data, and what a kill in the middle of a write leaves. */
const OUTDATED = /^state-\d+-[0-9a-f]{12}\.bin(\.\d+\.tmp)?$|^checkpoint\.json\.\d+\.tmp$/;

/** Writes <run>/checkpoint. A kill at any moment leaves the last checkpoint or this one, whole. */
export function saveCheckpoint(run: string, { weights, optimizer, states = {}, state }: Checkpoint): void {
  const directory = join(run, "checkpoint");
  const slots: Index["slots"] = [];
  const parts: Buffer[] = [];
  for (const [slot, tensors] of [
    ["weights", weights] as const,
    ["states", states] as const,
    ...Object.entries(optimizer),
  ]) {
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      slots.push({ slot, name, shape });
      parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  const data = Buffer.concat(parts);
  const sha256 = createHash("sha256").update(data).digest("hex");
  // Named by its contents, so that no write replaces the data that the index still names.
  const file = `state-${state.iteration}-${sha256.slice(0, 12)}.bin`;
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw writeError(directory, error);
  }
  atomicWrite(join(directory, file), data);
  const index: Index = { format: "lstm-compile-checkpoint", data: { file, sha256 }, state, slots };
  atomicWrite(join(directory, INDEX), `${JSON.stringify(index, null, 2)}\n`);
  // Only now does nothing name the older data.
  for (const name of readdirSync(directory)) {
    if (name !== file && OUTDATED.test(name)) rmSync(join(directory, name), { force: true });
  }
}

/**
 * Reads <run>/checkpoint.
 * @throws UserError (exit code 1) where it is damaged, (2) where there is none or another spec made it
 */
export function loadCheckpoint(run: string, { specSha256 }: { specSha256?: string }): Checkpoint {
  const directory = join(run, "checkpoint");
  const damaged = (what: string): UserError =>
    new UserError(`${directory}: the checkpoint is damaged: ${what}`, {
      exitCode: 1,
      fix: "train again without --resume",
    });
  let text: string;
  try {
    text = readFileSync(join(directory, INDEX), "utf8");
  } catch (cause) {
    throw new UserError(`${run} has no checkpoint`, {
      exitCode: 2,
      fix: "train first, or name the run's folder",
      cause,
    });
  }
  let index: Index;
  let data: Buffer;
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isIndex(parsed)) throw new Error(`${INDEX} does not describe a checkpoint`);
    index = parsed;
    data = readFileSync(join(directory, index.data.file));
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (createHash("sha256").update(data).digest("hex") !== index.data.sha256) {
    throw damaged(`the SHA-256 of ${index.data.file} does not match`);
  }
  if (specSha256 !== undefined && index.state.specSha256 !== specSha256) {
    throw new UserError(`${run} was trained from another spec`, {
      exitCode: 2,
      fix: "train again without --resume, or choose another --out",
    });
  }
  // JSON has no NaN or infinity; they are written as null.
  const sums = index.state.sums.map((sum) => sum ?? Number.NaN);
  const checkpoint: Checkpoint = { weights: {}, optimizer: {}, state: { ...index.state, sums } };
  let offset = 0;
  for (const { slot, name, shape } of index.slots) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (offset + 4 * count > data.byteLength) throw damaged(`${index.data.file} is too short for ${name}`);
    const values = new Float32Array(count);
    Buffer.from(values.buffer).set(data.subarray(offset, offset + 4 * count));
    offset += 4 * count;
    recordOf(checkpoint, slot)[name] = { shape, values };
  }
  if (offset !== data.byteLength) throw damaged(`${index.data.file} is longer than its tensors`);
  return checkpoint;
}

function recordOf(checkpoint: Checkpoint, slot: string): SavedTensors {
  if (slot === "weights") return checkpoint.weights;
  if (slot === "states") {
    checkpoint.states ??= {};
    return checkpoint.states;
  }
  checkpoint.optimizer[slot] ??= {};
  return checkpoint.optimizer[slot];
}

function isIndex(value: unknown): value is Index {
  const index = value as Partial<Index> | null;
  const { data, state, slots } = index ?? {};
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
  return (
    index?.format === "lstm-compile-checkpoint" &&
    typeof data?.sha256 === "string" &&
    DATA_FILE.test(String(data.file)) &&
    [state?.epoch, state?.step, state?.iteration, state?.seed].every(isCount) &&
    typeof state?.specSha256 === "string" &&
    Array.isArray(state.sums) &&
    Array.isArray(slots) &&
    slots.every(({ slot, name, shape }) => [slot, name].every((s) => typeof s === "string") && shape.every(isCount))
  );
}
