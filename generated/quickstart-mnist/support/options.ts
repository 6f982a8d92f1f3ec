import { parseArgs } from "node:util";
import { BACKEND_NAMES, type BackendRequest } from "./backends/types.ts";
import { UserError } from "./user-error.ts";

/** What train.ts was asked to do. */
export interface Options {
  readonly backend: BackendRequest;
  /** Folder with the dataset's files. */
  readonly data: string | undefined;
  /** Run directory. */
  readonly out: string;
  readonly epochs: number;
  /** Train on the first so many samples only. */
  readonly limit: number | undefined;
  readonly seed: number;
  readonly resume: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Record the step as one graph where the backend can. */
  readonly capture: boolean;
  readonly help: boolean;
}

export interface Defaults {
  readonly name: string;
  readonly epochs: number;
  readonly seed: number;
}

const MAX_SEED = 2 ** 32 - 1;

const FLAGS = {
  backend: { type: "string" },
  data: { type: "string" },
  out: { type: "string" },
  epochs: { type: "string" },
  limit: { type: "string" },
  seed: { type: "string" },
  resume: { type: "boolean" },
  quiet: { type: "boolean" },
  verbose: { type: "boolean" },
  "no-capture": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export function usage({ name, epochs, seed }: Defaults): string {
  return `Trains ${name}.

  --backend NAME   auto (default), gpu, cpu, webgpu or wasm
  --data DIR       folder with the dataset's files
  --out DIR        run directory (default runs/${name})
  --epochs N       epochs (spec: ${epochs})
  --limit N        train on the first N samples only
  --seed N         root seed (spec: ${seed})
  --resume         continue the run in --out from its checkpoint
  --no-capture     run each operation on its own, without graph capture
  --quiet          no progress, errors only
  --verbose        also what the libraries print
`;
}

/** @throws UserError (exit code 2) for an unknown flag or a wrong value */
export function parseOptions(argv: readonly string[], defaults: Defaults): Options {
  const { values } = parse(argv, FLAGS, false);
  // Help is shown whatever else is wrong with the values.
  if (values.help === true) return { ...parseOptions([], defaults), help: true };
  return {
    backend: backendOption(values.backend),
    data: folder("data", values.data),
    out: folder("out", values.out) ?? `runs/${defaults.name}`,
    epochs: integer("epochs", values.epochs, 1, 1e6) ?? defaults.epochs,
    limit: integer("limit", values.limit, 1, Number.MAX_SAFE_INTEGER),
    seed: integer("seed", values.seed, 0, MAX_SEED) ?? defaults.seed,
    resume: values.resume === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    capture: values["no-capture"] !== true,
    help: false,
  };
}

/** What the command line decided instead of the spec, for run.json. */
export function overrides(options: Options, defaults: Defaults): Record<string, string | number | boolean> {
  const changed: Record<string, string | number | boolean> = {};
  if (options.backend !== "auto") changed.backend = options.backend;
  if (options.data !== undefined) changed.data = options.data;
  if (options.epochs !== defaults.epochs) changed.epochs = options.epochs;
  if (options.limit !== undefined) changed.limit = options.limit;
  if (options.seed !== defaults.seed) changed.seed = options.seed;
  if (!options.capture) changed.capture = false;
  return changed;
}

/** What predict.ts was asked to do. */
export interface PredictOptions {
  readonly backend: BackendRequest;
  readonly data: string | undefined;
  readonly run: string;
  readonly files: readonly string[];
  /** Of arrays: FILE, or NAME=FILE of each input. */
  readonly input: readonly string[];
  /** Of arrays: the file to write instead of printing. */
  readonly output: string | undefined;
  /** Test samples to show. */
  readonly demo: number | undefined;
  readonly json: boolean;
  /** Characters to generate. */
  readonly length: number;
  readonly temperature: number;
  readonly seed: number;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly usage: string;
}

const PREDICT_FLAGS = {
  backend: { type: "string" },
  data: { type: "string" },
  run: { type: "string" },
  demo: { type: "string" },
  input: { type: "string", multiple: true },
  output: { type: "string" },
  json: { type: "boolean" },
  length: { type: "string" },
  temperature: { type: "string" },
  seed: { type: "string" },
  verbose: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws UserError (exit code 2) for an unknown flag or a wrong value */
export function parsePredictOptions(argv: readonly string[], { name }: { name: string }): PredictOptions {
  const { values, positionals } = parse(argv, PREDICT_FLAGS, true);
  const temperature = Number(values.temperature ?? 0.8);
  if (!(temperature > 0 && temperature <= 100)) throw wrongValue("temperature", values.temperature, "a number above 0");
  return {
    backend: backendOption(values.backend),
    data: folder("data", values.data),
    run: folder("run", values.run) ?? `runs/${name}`,
    files: positionals,
    input: (values.input as string[] | undefined) ?? [],
    output: file("output", values.output),
    demo: integer("demo", values.demo, 1, 1e6),
    json: values.json === true,
    length: integer("length", values.length, 1, 1e6) ?? 200,
    temperature,
    seed: integer("seed", values.seed, 0, MAX_SEED) ?? 1,
    verbose: values.verbose === true,
    help: values.help === true,
    usage: `Predicts with a trained ${name}.

  --run DIR        run directory (default runs/${name})
  --backend NAME   auto (default), gpu, cpu, webgpu or wasm
  --data DIR       folder with the dataset's files
  --json           print one JSON document
  --demo N         images and label sequences: show N test samples with their predictions
  --input FILE     arrays: the .npy file to predict; NAME=FILE for each of several inputs
  --output FILE    arrays: write the predictions to this .npy file instead of printing them
  --length N       text: characters to generate (default 200)
  --temperature T  text: below 1 safer, above 1 bolder (default 0.8)
  --seed N         text: seed of the drawing (default 1)
`,
  };
}

/**
 * The file of each input: `--input FILE` where there is one input, else `--input NAME=FILE` for each.
 * @throws UserError (exit code 2) where one is missing, unknown or named twice
 */
export function inputFiles<Name extends string>(
  given: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const example = names.length === 1 ? "--input FILE.npy" : names.map((name) => `--input ${name}=FILE.npy`).join(" ");
  const refuse = (what: string): UserError => new UserError(what, { exitCode: 2, fix: `write ${example}` });
  const files: Partial<Record<Name, string>> = {};
  for (const value of given) {
    const named = names.find((name) => value.startsWith(`${name}=`));
    const name = named ?? (names.length === 1 ? names[0]! : undefined);
    if (name === undefined) throw refuse(`--input ${value} names no input of this model`);
    if (files[name] !== undefined) throw refuse(`--input ${name} stands twice`);
    files[name] = named === undefined ? value : value.slice(named.length + 1);
  }
  const missing = names.find((name) => files[name] === undefined || files[name] === "");
  if (missing !== undefined) throw refuse(`the file of input ${missing} is missing`);
  return files as Record<Name, string>;
}

type Flags = Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }>;

function parse(
  argv: readonly string[],
  flags: Flags,
  allowPositionals: boolean,
): { values: Record<string, OptionValue>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: flags, allowPositionals, strict: true });
    return { values: values as Record<string, OptionValue>, positionals };
  } catch (error) {
    throw commandLineError(error as NodeJS.ErrnoException, Object.keys(flags));
  }
}

/** The errors of `parseArgs`, each with what to type instead. */
function commandLineError(error: NodeJS.ErrnoException, flags: readonly string[]): unknown {
  if (error.code?.startsWith("ERR_PARSE_ARGS") !== true) return error;
  const message = error.message.split(/\. |\.?\n/)[0]!;
  const flag = /'-{1,2}([^' ]*)/.exec(message)?.[1] ?? "";
  let fix = "see --help for the options";
  if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const near = nearest(flag, flags);
    if (near !== undefined) fix = `did you mean --${near}? --help lists the options`;
  } else if (/missing|ambiguous/.test(message)) {
    return new UserError(`--${flag} lacks its value`, { exitCode: 2, fix: `write --${flag} VALUE`, cause: error });
  } else if (/does not take an argument/.test(message)) {
    return new UserError(`--${flag} takes no value`, { exitCode: 2, fix: `write --${flag} alone`, cause: error });
  }
  return new UserError(message, { exitCode: 2, fix, cause: error });
}

/** The known word fewest edits away, unless that is more than a third of the word. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, edits: editDistance(word, name) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

type OptionValue = string | boolean | string[] | undefined;

function file(flag: string, value: OptionValue): string | undefined {
  if (value === "") throw wrongValue(flag, value, "the path of a file");
  return value as string | undefined;
}

function folder(flag: string, value: OptionValue): string | undefined {
  if (value === "") throw wrongValue(flag, value, "the path of a folder");
  return value as string | undefined;
}

function backendOption(value: OptionValue): BackendRequest {
  const request = value ?? "auto";
  if (request === "auto" || BACKEND_NAMES.some((name) => name === request)) return request as BackendRequest;
  throw wrongValue("backend", request, `auto or one of ${BACKEND_NAMES.join(", ")}`);
}

function integer(flag: string, value: OptionValue, minimum: number, maximum: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < minimum || number > maximum) {
    throw wrongValue(flag, value, `an integer from ${minimum} to ${maximum}`);
  }
  return number;
}

function wrongValue(flag: string, value: unknown, wanted: string): UserError {
  return new UserError(`--${flag} is ${JSON.stringify(value)}`, { exitCode: 2, fix: `give ${wanted}` });
}
