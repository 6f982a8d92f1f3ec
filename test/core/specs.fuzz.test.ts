import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { analyze } from "../../src/core/compile.ts";
import { type Diagnostic, MAX_MISTAKES, renderDiagnostics } from "../../src/core/diagnostic.ts";
import { RandomStream } from "../../src/support/nn/random.ts";

const COUNT = 500;
const CASES = "test/cases/diagnostics";

/** The specs of this repository, and those of the diagnostics, which use most keys. */
const SEEDS: readonly Buffer[] = [
  ...readdirSync("specs").map((file) => join("specs", file)),
  ...readdirSync(CASES).map((code) => join(CASES, code, "spec.yaml")),
].map((file) => readFileSync(file));

const HOSTILE_WORDS = [
  ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf", "then"],
  ["\u0000", "\u001b[2J\u001b[31m", "\u009b1A", "\u202egnp.lmay", "\u2028", "\u2029", "\ufeff", "\u200b", "\r", "\t"],
  ["", " ", "~", "null", "true", "yes", "0x10", "1e3", "1_000", ".nan", "-.inf", "08", "2001-01-01"],
  ["../../etc/passwd", "C:\\con", "nul", "a'; process.exit()//", "*/ process.exit() /*", "</script>", "$\u007bprocess\u007d"],
  ["lstm\n", "LSTM", "е", "\ud83d\ude00".repeat(50), "x".repeat(5000), "\ud800", "n\u0303", "%00", "!!js/function", "&a", "*a"],
].flat(); // biome-ignore format: one kind for each line

const HOSTILE_NUMBERS = [
  ...[0, -0, -1, 1.5, 1e21, 1e300, -1e300, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 53), 1e-9],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

/** Draws: all that follows from the seed. */
class Chance {
  readonly #random: RandomStream;
  #drawn = 0;

  constructor(seed: number) {
    this.#random = new RandomStream(seed, "fuzz/specs");
  }

  below(end: number): number {
    return Math.min(end - 1, Math.floor(this.#random.uniform(this.#drawn++) * end));
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** A spec with up to three things done to it. */
function mutated(seed: number): Buffer {
  const chance = new Chance(seed);
  let bytes: Buffer = Buffer.from(chance.of(SEEDS));
  for (let left = 1 + chance.below(3); left > 0; left--)
    bytes = chance.of([mutateStructure, mutateStructure, mutateText, mutateBytes])(bytes, chance);
  return bytes;
}

function mutateBytes(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + chance.below(40));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const noise = Buffer.from(Array.from({ length: 1 + chance.below(4) }, () => chance.below(256)));
  return chance.of([
    () => Buffer.concat([before, noise, middle, after]),
    () => Buffer.concat([before, noise, after]),
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, middle, middle, after]),
    () => Buffer.from(before),
    () => Buffer.concat([before, Buffer.from(chance.of(HOSTILE_WORDS)), middle, after]),
  ])();
}

function mutateText(bytes: Buffer, chance: Chance): Buffer {
  const lines = bytes.toString("utf8").split("\n");
  const at = chance.below(lines.length);
  const line = lines[at]!;
  const deep = 10 ** (1 + chance.below(4));
  lines[at] = chance.of([
    () => `${" ".repeat(1 + chance.below(4))}${line}`,
    () => line.trimStart(),
    () => `\t${line}`,
    () => `${line} ${"[".repeat(deep)}`,
    () => `${line.replace(/:.*/, ":")} ${"{a: ".repeat(deep)}1${"}".repeat(deep)}`,
    () => `${"- ".repeat(deep)}${line}`,
    () => Array.from({ length: deep }, () => line).join("\n"),
    () => Array.from({ length: Math.min(deep, 200) }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    () => `${line.replace(/:.*/, ":")} ${chance.of(HOSTILE_WORDS)}`,
    () => `${chance.of(HOSTILE_WORDS)}: ${line.trim()}`,
    () => `${line} &x *x`,
    () => `${line} # ${chance.of(HOSTILE_WORDS)}`,
    () => line.replace(/:/, ": !!set"),
  ])();
  return Buffer.from(lines.join("\n"));
}

/** Changes a value, a key or a subtree of what the YAML means; other bytes where it means nothing. */
function mutateStructure(bytes: Buffer, chance: Chance): Buffer {
  let spec: unknown;
  try {
    spec = parse(bytes.toString("utf8"), { logLevel: "silent" });
  } catch {
    return mutateBytes(bytes, chance);
  }
  const parents = containers(spec);
  if (parents.length === 0 || isDeep(spec)) return mutateBytes(bytes, chance);
  const parent = chance.of(parents);
  const keys = Object.keys(parent);
  const key = keys.length === 0 ? "0" : chance.of(keys);
  const set = (name: string, value: unknown): void =>
    void Object.defineProperty(parent, name, { value, enumerable: true, writable: true, configurable: true });
  chance.of([
    () => set(key, chance.of(HOSTILE_WORDS)),
    () => set(key, chance.of(HOSTILE_NUMBERS)),
    () => set(key, chance.of([null, true, [], {}, [[]], [null], { type: null }, { type: {} }, new Date(0)])),
    () => set(key, structuredClone(chance.of(parents))),
    () => set(key, typeof parent[key] === "number" ? parent[key] * chance.of([0.5, 2, 3, -1]) : parent[key]),
    () => set(key, typeof parent[key] === "number" ? Math.ceil(parent[key] * 1.5) : parent[key]),
    () =>
      set(
        key,
        Array.from({ length: 10 ** chance.below(4) }, () => parent[key]),
      ),
    () => set(Array.isArray(parent) ? key : chance.of(HOSTILE_WORDS), parent[key]),
    () => Reflect.deleteProperty(parent, key),
    () => set(key, nested(10 ** chance.below(3), parent[key])),
  ])();
  return Buffer.from(stringify(spec, { aliasDuplicateObjects: false }));
}

function nested(depth: number, value: unknown): unknown {
  let result = value;
  for (let left = Math.min(depth, 60); left > 0; left--) result = left % 2 === 0 ? [result] : { layer: result };
  return result;
}

type Container = Record<string, unknown>;

/** The maps and lists of a value, itself among them. */
function containers(value: unknown, depth = 0): Container[] {
  if (typeof value !== "object" || value === null || depth > 50) return [];
  return [value as Container, ...Object.values(value).flatMap((inner) => containers(inner, depth + 1))];
}

/** Too deep for the printer of YAML. */
function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth > 100 || Object.values(value).some((inner) => isDeep(inner, depth + 1));
}

/** What is wrong with what is said of a text; nothing where it can be shown to people and read by machines. */
function complaints(bytes: Buffer, diagnostics: readonly Diagnostic[]): string[] {
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  const lines = text.split("\n");
  const found: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  must(diagnostics.filter(({ severity }) => severity === "error").length <= MAX_MISTAKES, "too many mistakes");
  for (const { code, message, fix, line, column, range } of diagnostics) {
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, column - 1);
    must(message !== "" && fix !== "", `${code} says nothing`);
    must(message.length + fix.length < 1500, `${code} says too much`);
    must(
      !/undefined|\[object|NaN\b(?! is)|function/.test(`${message}${fix}`) ||
        /undefined|object|NaN|function/.test(text),
      `${code}: ${message}; ${fix}`,
    );
    must(line >= 1 && line <= lines.length && column >= 1, `${code} is at ${line}:${column}`);
    if (code === "LC1001") continue; // no text, of which places could be counted
    must(
      range.start === start && column <= lines[line - 1]!.length + 1,
      `${code} is at ${line}:${column}, not at ${range.start}`,
    );
    must(range.end >= range.start && range.end <= text.length, `${code} ends at ${range.end} of ${text.length}`);
  }
  const texts = new Map([["spec.yaml", text]]);
  const shown = renderDiagnostics(diagnostics, texts, "text");
  const github = renderDiagnostics(diagnostics, texts, "github");
  must(!/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(shown + github), "control characters are shown");
  must(shown.length + github.length < 200_000, "too much is shown");
  must(
    github.split("\n").every((one) => one === "" || one.startsWith("::")),
    "a message leaves its annotation",
  );
  must(JSON.parse(renderDiagnostics(diagnostics, texts, "json")).length === diagnostics.length, "the JSON lacks some");
  return found;
}

it(`${COUNT} mutated specs: nothing is thrown, and what is said stands in the file and is bounded`, {
  timeout: 120_000,
}, () => {
  const codes = new Set<string>();
  let accepted = 0;
  const wrong: unknown[] = [];
  for (let seed = 0; seed < COUNT; seed++) {
    const bytes = mutated(seed);
    const { diagnostics, plan } = analyze(bytes, { specPath: "spec.yaml" });
    const isRefused = diagnostics.some(({ severity }) => severity === "error");
    const found = complaints(bytes, diagnostics);
    if (isRefused === (plan !== undefined)) found.push("refused without a word, or accepted with an error");
    if (found.length > 0) wrong.push({ seed, found });
    if (plan !== undefined) accepted++;
    for (const { code } of diagnostics) codes.add(code);
  }
  expect(wrong).toEqual([]);
  // The mutations reach far into the checks, and leave some specs valid.
  expect(codes.size).toBeGreaterThan(20);
  expect(accepted).toBeGreaterThan(5);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
