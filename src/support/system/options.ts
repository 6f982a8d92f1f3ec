import { parseArgs } from "node:util";
import { BACKEND_NAMES, type BackendRequest } from "../backends/types.ts";
import { nearest } from "./nearest.ts";
import { UserError } from "./user-error.ts";

/** What a flag's text means. `Given` is what the command line has: a text, several, or a switch. */
export interface Option<T> {
  /** What stands for the value in the help, such as DIR; a switch has none. */
  readonly value?: string;
  readonly help: string;
  readonly short?: string;
  readonly multiple?: boolean;
  /** @throws UserError (exit code 2) for a wrong value */
  readonly read: (given: Given, flag: string) => T;
}

type Given = string | boolean | string[] | undefined;

/** What a program's command line takes: nothing else is accepted. */
export interface CommandLine<O extends Readonly<Record<string, Option<unknown>>>> {
  /** First line of the help. */
  readonly summary: string;
  /** Options by the camelCase of their flag: `noCapture` is --no-capture. */
  readonly options: O;
  /** Arguments without a flag; a program that takes none has none. */
  readonly positionals?: { readonly value: string; readonly help: string };
  /** Options that have no effect without another one: [option, what it needs]. */
  readonly needs?: readonly (readonly [keyof O & string, keyof O & string])[];
  /** Options of which one would take the other's effect. */
  readonly excludes?: readonly (readonly [keyof O & string, keyof O & string])[];
}

/** The value of each option. */
export type Values<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** A switch. */
export function flag(help: string, short?: string): Option<boolean> {
  return { help, ...(short === undefined ? {} : { short }), read: (given) => given === true };
}

/** The path of a folder. */
export function folder(help: string): Option<string | undefined> {
  return path("DIR", help, "the path of a folder");
}

/** The path of a file. */
export function file(help: string, value = "FILE"): Option<string | undefined> {
  return path(value, help, "the path of a file");
}

function path(value: string, help: string, wanted: string): Option<string | undefined> {
  return {
    value,
    help,
    read(given, name) {
      if (given === "") throw wrongValue(name, given, wanted);
      return given as string | undefined;
    },
  };
}

/** A text, as it stands. */
export function text(value: string, help: string): Option<string | undefined> {
  return { value, help, read: (given) => given as string | undefined };
}

/** A flag that may stand several times. */
export function several(value: string, help: string): Option<readonly string[]> {
  return { value, help, multiple: true, read: (given) => (given as string[] | undefined) ?? [] };
}

export interface NumberRange<D> {
  readonly minimum: number;
  readonly maximum: number;
  /** Where the flag is not given. */
  readonly otherwise: D;
}

export function integer<D extends number | undefined>(
  help: string,
  { minimum, maximum, otherwise }: NumberRange<D>,
): Option<number | D> {
  return {
    value: "N",
    help,
    read(given, name) {
      if (given === undefined) return otherwise;
      const number = Number(given);
      if (!/^\d+$/.test(String(given)) || number < minimum || number > maximum) {
        throw wrongValue(name, given, `an integer from ${minimum} to ${maximum}`);
      }
      return number;
    },
  };
}

export function number(
  value: string,
  help: string,
  { otherwise, wanted, accepts }: { otherwise: number; wanted: string; accepts: (number: number) => boolean },
): Option<number> {
  return {
    value,
    help,
    read(given, name) {
      if (given === undefined) return otherwise;
      const number = given === "" ? Number.NaN : Number(given);
      if (!Number.isFinite(number) || !accepts(number)) throw wrongValue(name, given, wanted);
      return number;
    },
  };
}

const MAX_SEED = 2 ** 32 - 1;

export function seedOption(help: string, otherwise: number): Option<number> {
  return integer(help, { minimum: 0, maximum: MAX_SEED, otherwise });
}

export function backendOption(): Option<BackendRequest> {
  return {
    value: "NAME",
    help: `auto (default), ${BACKEND_NAMES.slice(0, -1).join(", ")} or ${BACKEND_NAMES.at(-1)}`,
    read(given = "auto", name) {
      if (given === "auto" || BACKEND_NAMES.some((backend) => backend === given)) return given as BackendRequest;
      throw wrongValue(name, given, `auto or one of ${BACKEND_NAMES.join(", ")}`);
    },
  };
}

export function wrongValue(name: string, value: unknown, wanted: string): UserError {
  return new UserError(`--${name} is ${JSON.stringify(value)}`, { exitCode: 2, fix: `give ${wanted}` });
}

const HELP = flag("this text", "h");

/** "noCapture" → "no-capture" */
function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The help: a line for each option. */
export function usage<O extends Readonly<Record<string, Option<unknown>>>>(commandLine: CommandLine<O>): string {
  const { summary, options, positionals } = commandLine;
  const rows = [
    ...(positionals === undefined ? [] : [[positionals.value, positionals.help]]),
    ...Object.entries({ ...options, help: HELP }).map(([key, { value, help }]) => [
      `--${flagName(key)}${value === undefined ? "" : ` ${value}`}`,
      help,
    ]),
  ] as [string, string][];
  const width = Math.max(...rows.map(([left]) => left.length));
  return `${summary}\n\n${rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}\n`).join("")}`;
}

/**
 * Reads a command line as declared.
 * @returns "help" where --help is given, whatever else is
 * @throws UserError (exit code 2) for a flag or an argument that is not declared, or a wrong value
 */
export function readOptions<O extends Readonly<Record<string, Option<unknown>>>>(
  argv: readonly string[],
  commandLine: CommandLine<O>,
): (Values<O> & { readonly positionals: readonly string[] }) | "help" {
  const { options, positionals } = commandLine;
  const entries = Object.entries({ ...options, help: HELP } as Record<string, Option<unknown>>);
  const flags = Object.fromEntries(
    entries.map(([key, { value, short, multiple = false }]) => [
      flagName(key),
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  let parsed: { values: Record<string, Given>; positionals: string[] };
  try {
    const config = { args: [...argv], options: flags, allowPositionals: true, strict: true, tokens: true } as const;
    const { values, positionals: rest, tokens } = parseArgs(config);
    refuseRepeated(tokens, flags);
    parsed = { values: values as Record<string, Given>, positionals: rest };
  } catch (error) {
    throw commandLineError(error as NodeJS.ErrnoException, Object.keys(flags));
  }
  if (parsed.values.help === true) return "help";
  const [surplus] = parsed.positionals;
  if (positionals === undefined && surplus !== undefined) {
    throw new UserError(`there is no use for the argument ${JSON.stringify(surplus)}`, {
      exitCode: 2,
      fix: "leave it out, or see --help for the options",
    });
  }
  refuseWithoutEffect(commandLine, (key) => parsed.values[flagName(key)] !== undefined);
  const values = entries.map(([key, { read }]) => [key, read(parsed.values[flagName(key)], flagName(key))]);
  return { ...Object.fromEntries(values), positionals: parsed.positionals };
}

/** What is declared in `needs` and `excludes`. */
function refuseWithoutEffect(
  { needs = [], excludes = [] }: Pick<CommandLine<Record<string, Option<unknown>>>, "needs" | "excludes">,
  isGiven: (key: string) => boolean,
): void {
  for (const [key, other] of needs) {
    if (!isGiven(key) || isGiven(other)) continue;
    const [flag, needed] = [flagName(key), flagName(other)];
    throw new UserError(`--${flag} has no effect without --${needed}`, {
      exitCode: 2,
      fix: `add --${needed}, or leave out --${flag}`,
    });
  }
  for (const [key, other] of excludes) {
    if (!isGiven(key) || !isGiven(other)) continue;
    throw new UserError(`--${flagName(key)} and --${flagName(other)} exclude one another`, {
      exitCode: 2,
      fix: "give one of them",
    });
  }
}

/** Of a flag that stands twice only one value would have an effect. */
function refuseRepeated(
  tokens: readonly { kind: string; name?: string }[],
  flags: Readonly<Record<string, { multiple: boolean }>>,
): void {
  const seen = new Set<string>();
  for (const { kind, name = "" } of tokens) {
    if (kind !== "option") continue;
    if (seen.has(name) && flags[name]?.multiple !== true) {
      throw new UserError(`--${name} stands twice`, { exitCode: 2, fix: "give it once" });
    }
    seen.add(name);
  }
}

/** The errors of `parseArgs`, each with what to type instead. */
function commandLineError(error: NodeJS.ErrnoException, flags: readonly string[]): unknown {
  if (error.code?.startsWith("ERR_PARSE_ARGS") !== true) return error;
  const message = error.message.split(/\. |\.?\n/)[0]!;
  const name = /'(?:-\w, )?-{1,2}([^' ]*)/.exec(message)?.[1] ?? "";
  if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const near = nearest(name, flags);
    const fix = near === undefined ? "--help lists the options" : `did you mean --${near}? --help lists the options`;
    return new UserError(`there is no option ${name.length === 1 ? "-" : "--"}${name}`, {
      exitCode: 2,
      fix,
      cause: error,
    });
  }
  if (/missing|ambiguous/.test(message)) {
    return new UserError(`--${name} lacks its value`, { exitCode: 2, fix: `write --${name}=VALUE`, cause: error });
  }
  if (/does not take an argument/.test(message)) {
    return new UserError(`--${name} takes no value`, { exitCode: 2, fix: `write --${name} alone`, cause: error });
  }
  return new UserError(message, { exitCode: 2, fix: "see --help for the options", cause: error });
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
  const files = new Map<Name, string>(); // an input may be called toString
  for (const value of given) {
    const named = names.find((name) => value.startsWith(`${name}=`));
    const name = named ?? (names.length === 1 ? names[0]! : undefined);
    if (name === undefined) throw refuse(`--input ${value} names no input of this model`);
    if (files.has(name)) throw refuse(`--input ${name} stands twice`);
    files.set(name, named === undefined ? value : value.slice(named.length + 1));
  }
  const missing = names.find((name) => !files.get(name));
  if (missing !== undefined) throw refuse(`the file of input ${missing} is missing`);
  return Object.fromEntries(files) as Record<Name, string>;
}
