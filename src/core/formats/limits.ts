import { UserError } from "../../support/system/user-error.ts";
import type { SourceFile } from "./format.ts";

/** How much of a model file is read before it is taken for a mistake or an attack. Each can be raised by its environment variable. */
const LIMITS = {
  /** Of a file, of what an archive unpacks to, and of all weights, in MB of 10^6 bytes. */
  megabytes: { variable: "LSTM_COMPILE_MODEL_MAX_MB", usual: 500 },
  /** Of the description of a model, in MB. */
  json: { variable: "LSTM_COMPILE_MODEL_MAX_JSON_MB", usual: 50 },
  /** Maps and lists inside each other. */
  nesting: { variable: "LSTM_COMPILE_MODEL_MAX_NESTING", usual: 100 },
  layers: { variable: "LSTM_COMPILE_MODEL_MAX_LAYERS", usual: 1000 },
  /** For an answer of the HDF5 library: damaged files can send it round in circles. */
  seconds: { variable: "LSTM_COMPILE_MODEL_MAX_SECONDS", usual: 60 },
} as const;

export type Limit = keyof typeof LIMITS;

export type Limits = Readonly<Record<Limit, number>>;

/** @throws UserError (exit code 2) where an environment variable is no positive number */
export function limitsFrom(environment: Readonly<Record<string, string | undefined>>): Limits {
  const limits = Object.entries(LIMITS).map(([name, { variable, usual }]) => {
    const given = environment[variable];
    const value = given === undefined || given === "" ? usual : Number(given);
    if (Number.isFinite(value) && value > 0) return [name, value];
    throw new UserError(`${variable} is not a positive number`, {
      exitCode: 2,
      fix: `set it to ${usual}, or unset it`,
    });
  });
  return Object.fromEntries(limits) as Limits;
}

/** The error of a file of which `what` is over a limit. `needed` is what it would have to be; undefined where that is not known. */
export function overLimit({ path, limits }: SourceFile, what: string, name: Limit, needed?: number): UserError {
  const { variable } = LIMITS[name];
  const example = needed === undefined ? 10 * limits[name] : Math.ceil(needed);
  return new UserError(`${path}: ${what}`, {
    exitCode: 2,
    fix: `if the file comes from someone whom you trust, raise the limit: ${variable}=${example}`,
  });
}

/** 1500000000 → "1,500 MB" */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString("en-US")} MB`;
}

/** @throws UserError (exit code 2) where something has more bytes than the limit */
export function checkSize(
  file: SourceFile,
  what: string,
  bytes: number,
  name: "megabytes" | "json" = "megabytes",
): void {
  const most = file.limits[name] * 1e6;
  if (bytes > most) {
    const message = `${what} ${megabytes(bytes)}, more than the limit of ${megabytes(most)}`;
    throw overLimit(file, message, name, bytes / 1e6);
  }
}
