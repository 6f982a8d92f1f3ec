import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, makeFolder, readError } from "../system/files.ts";
import type { Json } from "../system/json.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import type { Definition } from "./definition.ts";
import { readRunInfo } from "./info.ts";
import { hashOf } from "./program.ts";

export type SavedTensors = Record<string, { shape: number[]; values: Float32Array }>;

/** Where a run stands. */
export interface TrainingState {
  /** Epoch that is under way, from 1. */
  epoch: number;
  /** Steps done in it. */
  step: number;
  /** Steps done in all. */
  iteration: number;
  /** Root seed: with epoch and iteration it gives every random number. */
  readonly seed: number;
  /** Factor of the learning rate that the spec gives for a step; a callback may change it. */
  rateScale: number;
  /** A callback has ended the training before its last epoch. */
  stopped: boolean;
}

/** At the start. */
export function newState(seed: number): TrainingState {
  return { epoch: 1, step: 0, iteration: 0, seed, rateScale: 1, stopped: false };
}

/** What a part of the training, such as a callback, keeps beside the state that every training has. */
export interface SavedPart {
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: SavedTensors;
}

export interface Checkpoint {
  /** Of the program that trained it: a checkpoint of another one in the run's folder is refused. */
  definition: Definition<string>;
  weights: SavedTensors;
  /** Optimizer state by slot, such as Adam's m and v. */
  optimizer: Record<string, SavedTensors>;
  /** States of stateful layers, where a model has them. */
  states?: SavedTensors;
  state: TrainingState;
  /** Sums of loss and metrics over the steps of the epoch that is under way. */
  sums: number[];
  /** By name. */
  parts?: Record<string, SavedPart>;
  /** What was fitted to the training rows, such as scalers or a vocabulary: predictions read it and fit nothing. */
  fitted?: Json;
}

interface Index {
  definition: Definition<string>;
  data: { file: string; sha256: string };
  state: TrainingState;
  sums: SavedNumber[];
  /** Numbers of each part. */
  parts: Record<string, Record<string, SavedNumber>>;
  fitted?: Json;
  /** Slots in the order of the data: "weights", "states", "parts/<name>" and the optimizer's. */
  slots: { slot: string; name: string; shape: number[] }[];
}

const INDEX = "checkpoint.json";
const VERSION = 4;
/** Slots of parts. */
const PART = "parts/";
const DATA_FILE = /^state-\d+-[0-9a-f]{12}\.bin$/;
/** Older data, and what a kill in the middle of a write leaves. */
const OUTDATED = /^state-\d+-[0-9a-f]{12}\.bin(\.\d+\.tmp)?$|^checkpoint\.json\.\d+\.tmp$/;

/** Writes <run>/checkpoint. A kill at any moment leaves the last checkpoint or this one, whole. */
export function saveCheckpoint(run: string, checkpoint: Checkpoint): void {
  const { definition, weights, optimizer, states = {}, state, sums, parts = {}, fitted } = checkpoint;
  const directory = join(run, "checkpoint");
  const slots: Index["slots"] = [];
  const buffers: Buffer[] = [];
  for (const [slot, tensors] of [
    ["weights", weights] as const,
    ["states", states] as const,
    ...Object.entries(optimizer),
    ...Object.entries(parts).map(([name, part]) => [`${PART}${name}`, part.tensors] as const),
  ]) {
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      slots.push({ slot, name, shape });
      buffers.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  const data = Buffer.concat(buffers);
  const hash = sha256(data);
  // Named by its contents, so that no write replaces the data that the index still names.
  const file = `state-${state.iteration}-${hash.slice(0, 12)}.bin`;
  makeFolder(directory);
  atomicWrite(join(directory, file), data);
  const index: Index = {
    definition,
    data: { file, sha256: hash },
    state,
    sums: sums.map(savedNumber),
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, { numbers }]) => [name, mapNumbers(numbers, savedNumber)]),
    ),
    ...(fitted === undefined ? {} : { fitted }),
    slots,
  };
  atomicWrite(join(directory, INDEX), indexText(index));
  // Only now does nothing name the older data.
  for (const name of readdirSync(directory)) {
    if (name !== file && OUTDATED.test(name)) rmSync(join(directory, name), { force: true });
  }
}

/** The index as a file: with the SHA-256 of its own contents, so that no change of it passes. */
function indexText(index: unknown): string {
  const text = JSON.stringify(index, null, 1);
  const hash = sha256(text);
  return `{"format": "lstm-compile-checkpoint", "version": ${VERSION}, "sha256": "${hash}", "index": ${text}}\n`;
}

/** Whether a run has a checkpoint, whole or not. */
export function hasCheckpoint(run: string): boolean {
  return existsSync(join(run, "checkpoint", INDEX));
}

/**
 * Reads <run>/checkpoint.
 * @throws UserError (exit code 1) where it is damaged, (2) where there is none
 */
export function loadCheckpoint(run: string): Checkpoint {
  const directory = join(run, "checkpoint");
  let { index, data } = readFiles(run, directory);
  // A training that goes on replaces both files; between the two reads the first may have become outdated.
  if (data === undefined) ({ index, data } = readFiles(run, directory));
  if (data === undefined) throw damaged(directory, `${index.data.file} is missing`);
  if (sha256(data) !== index.data.sha256) {
    throw damaged(directory, `the SHA-256 of ${index.data.file} does not match`);
  }
  refuseOtherRun(run, directory, index);
  const parts = Object.entries(index.parts).map(([name, numbers]): [string, SavedPart] => [
    name,
    { numbers: mapNumbers(numbers, Number), tensors: noTensors() },
  ]);
  const checkpoint: Checkpoint = {
    definition: index.definition,
    weights: noTensors(),
    optimizer: Object.create(null) as Checkpoint["optimizer"],
    state: index.state,
    sums: index.sums.map(Number),
    ...(parts.length === 0 ? {} : { parts: Object.fromEntries(parts) }),
    ...(index.fitted === undefined ? {} : { fitted: index.fitted }),
  };
  let offset = 0;
  for (const { slot, name, shape } of index.slots) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (offset + 4 * count > data.byteLength) throw damaged(directory, `${index.data.file} is too short for ${name}`);
    const values = new Float32Array(count);
    Buffer.from(values.buffer).set(data.subarray(offset, offset + 4 * count));
    offset += 4 * count;
    recordOf(checkpoint, slot)[name] = { shape, values };
  }
  if (offset !== data.byteLength) throw damaged(directory, `${index.data.file} is longer than its tensors`);
  return checkpoint;
}

/** The checkpoint of another program or other data, copied here, would be taken for that of run.json. */
function refuseOtherRun(run: string, directory: string, { definition, fitted }: Index): void {
  const info = readRunInfo(run);
  const { data, model, training } = info?.program?.definition ?? definition;
  const isOther =
    data !== definition.data ||
    model !== definition.model ||
    training !== definition.training ||
    (fitted !== undefined && (info?.preprocessing?.sha256 ?? hashOf(fitted)) !== hashOf(fitted));
  if (!isOther) return;
  throw new UserError(`${directory} is the checkpoint of another run than run.json beside it describes`, {
    exitCode: 1,
    fix: "restore the folder from a copy, or train again",
  });
}

/** What a run predicts with: the weights, or their averages where the optimizer keeps some and has taken a step. */
export function predictionWeights({ weights, optimizer, state }: Checkpoint): SavedTensors {
  return state.iteration > 0 && optimizer.ema !== undefined ? { ...weights, ...optimizer.ema } : weights;
}

function damaged(directory: string, what: string, cause?: unknown): UserError {
  return new UserError(`${directory}: the checkpoint is damaged: ${what}`, {
    exitCode: 1,
    fix: "restore the folder from a copy, or train again",
    cause,
  });
}

/** The index, and the data that it names unless it is gone. */
function readFiles(run: string, directory: string): { index: Index; data: Buffer | undefined } {
  let text: string;
  try {
    text = readFileSync(join(directory, INDEX), "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw readError(join(directory, INDEX), cause);
    throw new UserError(`${run} has no checkpoint`, {
      exitCode: 2,
      fix: "train first, or name the folder of another run",
      cause,
    });
  }
  let index: unknown;
  try {
    ({ index } = JSON.parse(text) as { index: unknown });
  } catch (cause) {
    throw damaged(directory, `${INDEX} is no JSON`, cause);
  }
  if (index === undefined || indexText(index) !== text) {
    const old = /^\{\s*"format": "lstm-compile-checkpoint",\s*("data"|"version": [123]\b)/.test(text);
    throw old
      ? new UserError(`${directory} was written by an older lstm-compile, without all that a run keeps now`, {
          exitCode: 2,
          fix: "train again",
        })
      : damaged(directory, `${INDEX} is not as it was written`);
  }
  if (!isIndex(index)) throw damaged(directory, `${INDEX} does not describe a checkpoint`);
  try {
    return { index, data: readFileSync(join(directory, index.data.file)) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { index, data: undefined };
    throw readError(join(directory, index.data.file), cause);
  }
}

/** JSON has no such numbers: they are written as words. */
type SavedNumber = number | string;
const SAVED_WORDS = ["NaN", "Infinity", "-Infinity", "-0"];

function savedNumber(value: number): SavedNumber {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

function mapNumbers<A, B>(numbers: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, map(value)]));
}

/** Names come from a file: `__proto__` is a name like others. */
function noTensors(): SavedTensors {
  return Object.create(null) as SavedTensors;
}

function recordOf(checkpoint: Checkpoint, slot: string): SavedTensors {
  if (slot === "weights") return checkpoint.weights;
  if (slot === "states") {
    checkpoint.states ??= noTensors();
    return checkpoint.states;
  }
  if (slot.startsWith(PART)) return checkpoint.parts![slot.slice(PART.length)]!.tensors;
  checkpoint.optimizer[slot] ??= noTensors();
  return checkpoint.optimizer[slot];
}

function isIndex(value: unknown): value is Index {
  const index = value as Partial<Index> | null;
  const { definition, data, state, sums, parts, slots } = index ?? {};
  const isNumber = (n: unknown): boolean => typeof n === "number" || SAVED_WORDS.includes(n as string);
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
  return (
    [definition?.data, definition?.model, definition?.training].every((hash) => typeof hash === "string") &&
    typeof data?.sha256 === "string" &&
    DATA_FILE.test(String(data.file)) &&
    [state?.epoch, state?.step, state?.iteration, state?.seed].every(isCount) &&
    state!.epoch >= 1 &&
    state!.iteration >= state!.step &&
    Number.isFinite(state!.rateScale) &&
    state!.rateScale >= 0 &&
    typeof state!.stopped === "boolean" &&
    Array.isArray(sums) &&
    sums.every(isNumber) &&
    typeof parts === "object" &&
    parts !== null &&
    Object.values(parts).every((numbers) => Object.values(numbers ?? { none: null }).every(isNumber)) &&
    Array.isArray(slots) &&
    slots.every(
      ({ slot, name, shape }) =>
        [slot, name].every((text) => typeof text === "string") &&
        (!slot.startsWith(PART) || Object.hasOwn(parts, slot.slice(PART.length))) &&
        Array.isArray(shape) &&
        shape.every(isCount),
    )
  );
}
