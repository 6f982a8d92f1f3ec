import { printable } from "../../support/system/printable.ts";
import { UserError } from "../../support/system/user-error.ts";
import type { SourceFile } from "./format.ts";
import { checkSize, overLimit } from "./limits.ts";

export type JsonMap = Readonly<Record<string, unknown>>;

/** A value of a model file and the place where it stands: all that is read of a file is read through this. */
export class Field {
  /** The file as the user named it. */
  readonly file: string;
  /** "config.layers[3].config.units"; empty for the whole. */
  readonly place: string;
  readonly value: unknown;

  constructor(file: string, place: string, value: unknown) {
    this.file = file;
    this.place = place;
    this.value = value;
  }

  /** Neither left out nor null. */
  get isGiven(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isMap(): boolean {
    return isMap(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** What stands at a key of a map or an index of a list. */
  at(key: string | number): Field {
    const inner = typeof key === "number" ? `${this.place}[${key}]` : this.place === "" ? key : `${this.place}.${key}`;
    const { value } = this;
    const has = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    return new Field(this.file, inner, has ? (value as Record<string, unknown>)[key] : undefined);
  }

  map(): JsonMap {
    return isMap(this.value) ? this.value : this.#wrong("a map");
  }

  /** A map, or an empty one where the file has nothing or null. */
  optionalMap(): JsonMap {
    return this.isGiven ? this.map() : {};
  }

  list(): Field[] {
    if (!Array.isArray(this.value)) return this.#wrong("a list");
    return this.value.map((_, index) => this.at(index));
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.#wrong("a text");
  }

  /** A whole number from `least` on. */
  whole(least: number): number {
    const { value } = this;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return this.#wrong(`a whole number from ${least} on`);
  }

  number(): number {
    return typeof this.value === "number" && Number.isFinite(this.value) ? this.value : this.#wrong("a number");
  }

  /** A shape with null for what is open. */
  shape(): (number | null)[] {
    return this.list().map((size) => (size.value === null ? null : size.whole(1)));
  }

  /** @throws UserError (exit code 2) that names file and place */
  fail(what: string, fix?: string): never {
    throw this.error(what, fix);
  }

  error(what: string, fix = "save or copy the file again"): UserError {
    return new UserError(`${this.file}: ${this.place === "" ? "" : `${shortText(this.place)}: `}${what}`, {
      exitCode: 2,
      fix,
    });
  }

  #wrong(wanted: string): never {
    return this.fail(
      this.value === undefined ? `is missing; ${wanted} is expected` : `is ${shortJson(this.value)}, not ${wanted}`,
    );
  }
}

/** @throws UserError (exit code 2) that names the file */
export function refuse(path: string, what: string, fix: string): never {
  throw new UserError(`${path}: ${what}`, { exitCode: 2, fix });
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Texts of a file in a message: on one line, without control characters, and short. */
export function shortText(text: string, most = 120): string {
  const shown = printable(text.length > most ? `${text.slice(0, most - 1)}…` : text);
  return shown;
}

/** A value as JSON, for a message. */
export function shortJson(value: unknown, most = 80): string {
  if (typeof value === "string" && value.length > most) return shortText(`"${value.slice(0, most)}`, most);
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === "string" ? inner.slice(0, most) : inner));
  return shortText(String(text), most);
}

/**
 * Text of JSON as a value.
 * @param place what it is in the file: "config.json", "the attribute model_config"; empty for all of it
 * @throws UserError (exit code 2) where it is no JSON, no object, or nested deeper than the limit
 */
export function parseJson(file: SourceFile, place: string, bytes: Uint8Array | string): JsonMap {
  const where = place === "" ? file.path : `${file.path} is damaged: ${place}`;
  checkSize(file, `${place === "" ? "the file" : place} has`, bytes.length, "json");
  let value: unknown;
  try {
    const text = typeof bytes === "string" ? bytes : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    checkNesting(file, place, text);
    value = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const why = shortText((cause as Error).message);
    throw new UserError(`${where} is no JSON (${why})`, { exitCode: 2, fix: "save or copy it again", cause });
  }
  if (isMap(value)) return value;
  throw new UserError(`${where} is no JSON object`, { exitCode: 2, fix: "save or copy it again" });
}

/** Before it is parsed: what reads the values goes into them as deep as they go. */
function checkNesting(file: SourceFile, place: string, text: string): void {
  const most = file.limits.nesting;
  let depth = 0;
  let inText = false;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (inText) {
      if (code === 0x5c) k++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > most) {
        const line = text.slice(0, k).split("\n").length;
        const what = `${place === "" ? "" : `${place}: `}maps and lists stand more than ${most} deep in each other (line ${line}, character ${k})`;
        throw overLimit(file, what, "nesting");
      }
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}
