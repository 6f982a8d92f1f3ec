import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { atomicWrite, writeError } from "../system/files.ts";
import { UserError } from "../system/user-error.ts";

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

/** The metrics of each epoch, one JSON object a line. */
export class MetricsFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  append(metrics: EpochMetrics): void {
    try {
      appendFileSync(this.#path, `${JSON.stringify(orderedMetrics(metrics))}\n`);
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  read(): EpochMetrics[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, "utf8")
      .split("\n")
      .flatMap((line) => {
        try {
          // JSON has no NaN or infinity; they are written as null.
          return line === "" ? [] : [JSON.parse(line, (_, value) => value ?? Number.NaN) as EpochMetrics];
        } catch {
          return [];
        }
      });
  }

  /**
   * A run that goes on in this epoch has a line for each one before it: without them its report would not be the whole.
   * @throws UserError (exit code 1)
   */
  requireBefore(epoch: number): void {
    const kept = this.read().filter((metrics) => metrics.epoch < epoch);
    const missing = Array.from({ length: epoch - 1 }, (_, k) => k + 1).find((k) => kept[k - 1]?.epoch !== k);
    if (missing === undefined && kept.length === epoch - 1) return;
    const what = missing === undefined ? "has an epoch twice" : `lacks a line for epoch ${missing}`;
    throw new UserError(`${this.#path} ${what}: it is not as it was written`, {
      exitCode: 1,
      fix: "restore it from a copy, or begin a new run",
    });
  }

  /** Drops the lines of this epoch and later ones, and a last line that a kill has torn. */
  keepBefore(epoch: number): void {
    const kept = this.read().filter((metrics) => metrics.epoch < epoch);
    atomicWrite(this.#path, kept.map((metrics) => `${JSON.stringify(orderedMetrics(metrics))}\n`).join(""));
  }
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

/** Values by the names of their metrics. */
export function namedMetrics(
  metrics: readonly { readonly name: string }[],
  values: readonly number[],
): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name }, index) => [name, values[index]!]));
}

/** One line: what the test samples say of the trained model. */
export function testLine(
  metrics: Readonly<Record<string, number>>,
  { isValidation }: { isValidation: boolean },
): string {
  const values = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return `test: ${values.join("  ")}${isValidation ? " (the validation samples)" : ""}`;
}
