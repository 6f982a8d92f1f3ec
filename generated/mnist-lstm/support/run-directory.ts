import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, writeError } from "./files.ts";
import { UserError } from "./user-error.ts";

/** One line of metrics.jsonl. */
export interface EpochMetrics {
  epoch: number;
  loss: number;
  valLoss: number;
  learningRate: number;
  seconds: number;
  samplesPerSecond: number;
  /** Metrics of the spec, such as accuracy and valAccuracy. */
  [metric: string]: number;
}

const FORMAT = "lstm-compile-run";
/** What a fresh run removes. run.json stays until the new one replaces it, since it is what marks the folder as ours. */
const RESULTS = ["metrics.jsonl", "checkpoint", "model", "report.html"];
/** What a kill in the middle of a write leaves. */
const LEFTOVER = /^(run\.json|metrics\.jsonl|report\.html)\.\d+\.tmp$/;

/** A run's folder: run.json, metrics.jsonl, checkpoint/, model/ and report.html. */
export interface RunDirectory {
  readonly path: string;
  readonly modelPath: string;
  writeRun(info: Record<string, unknown>): void;
  /** What run.json holds now. */
  readInfo(): Record<string, unknown>;
  /** Adds to run.json what is known at the end. */
  finishRun(info: Record<string, unknown>): void;
  appendMetrics(metrics: EpochMetrics): void;
  readMetrics(): EpochMetrics[];
  /** Drops the lines of this epoch and later ones, and a last line that a kill has torn. */
  keepMetricsBefore(epoch: number): void;
  writeReport(html: string): void;
}

/**
 * Opens a run directory, which is made where it does not exist.
 * @throws UserError (exit code 2) where the folder holds something that is no run, (3) where it cannot be written
 */
export function openRunDirectory(path: string, { resume }: { resume: boolean }): RunDirectory {
  const runFile = join(path, "run.json");
  const metricsFile = join(path, "metrics.jsonl");
  try {
    const entries = entriesOf(path);
    const foreign = entries.find((name) => !LEFTOVER.test(name));
    if (foreign !== undefined && !isRun(runFile)) {
      throw new UserError(`${path} holds ${foreign}, but no run: nothing was changed`, {
        exitCode: 2,
        fix: "choose an empty folder with --out",
      });
    }
    if (resume && !existsSync(join(path, "checkpoint"))) {
      throw new UserError(`${path} has no checkpoint to resume from`, {
        exitCode: 2,
        fix: "leave out --resume, or correct --out",
      });
    }
    mkdirSync(path, { recursive: true });
    for (const name of entries) if (LEFTOVER.test(name)) rmSync(join(path, name), { force: true });
    if (!resume) {
      atomicWrite(runFile, `${JSON.stringify({ format: FORMAT, status: "starting" }, null, 2)}\n`);
      for (const name of RESULTS) rmSync(join(path, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw writeError(path, error);
  }

  let info: Record<string, unknown> = {};
  const writeRun = (): void => atomicWrite(runFile, `${JSON.stringify({ format: FORMAT, ...info }, null, 2)}\n`);
  const readMetrics = (): EpochMetrics[] => {
    if (!existsSync(metricsFile)) return [];
    return readFileSync(metricsFile, "utf8")
      .split("\n")
      .flatMap((line) => {
        try {
          // JSON has no NaN or infinity; they are written as null.
          return line === "" ? [] : [JSON.parse(line, (_, value) => value ?? Number.NaN) as EpochMetrics];
        } catch {
          return [];
        }
      });
  };
  return {
    path,
    modelPath: join(path, "model"),
    writeRun(first) {
      info = first;
      writeRun();
    },
    readInfo() {
      try {
        return JSON.parse(readFileSync(runFile, "utf8")) as Record<string, unknown>;
      } catch {
        return {};
      }
    },
    finishRun(last) {
      info = { ...info, ...last };
      writeRun();
    },
    appendMetrics(metrics) {
      try {
        appendFileSync(metricsFile, `${JSON.stringify(orderedMetrics(metrics))}\n`);
      } catch (error) {
        throw writeError(metricsFile, error);
      }
    },
    readMetrics,
    keepMetricsBefore(epoch) {
      const kept = readMetrics().filter((metrics) => metrics.epoch < epoch);
      atomicWrite(metricsFile, kept.map((metrics) => `${JSON.stringify(orderedMetrics(metrics))}\n`).join(""));
    },
    writeReport(html) {
      atomicWrite(join(path, "report.html"), html);
    },
  };
}

function isRun(runFile: string): boolean {
  try {
    return (JSON.parse(readFileSync(runFile, "utf8")) as { format?: unknown }).format === FORMAT;
  } catch {
    return false;
  }
}

/** The names in the folder; none where it does not exist yet. */
function entriesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) {
    throw new UserError(`${path} is a file, not a folder`, { exitCode: 2, fix: "choose another folder with --out" });
  }
  return readdirSync(path);
}

/** epoch, loss and metrics, the same of the validation, then the rest. */
export function orderedMetrics(metrics: EpochMetrics): Record<string, number> {
  const last = ["learningRate", "seconds", "samplesPerSecond"];
  const keys = Object.keys(metrics).filter((key) => key !== "epoch" && !last.includes(key));
  const isValidation = (key: string): boolean => /^val[A-Z]/.test(key);
  const rank = (key: string): number => (isValidation(key) ? 2 : 0) + (/^(val)?loss$/i.test(key) ? 0 : 1);
  keys.sort((a, b) => rank(a) - rank(b));
  return Object.fromEntries(["epoch", ...keys, ...last].map((key) => [key, metrics[key]!]));
}
