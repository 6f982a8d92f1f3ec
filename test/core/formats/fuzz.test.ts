import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { temporaryFolder } from "./harness.ts";

const KERAS3 = resolve("test/fixtures/keras-files");
const KERAS2 = resolve("test/fixtures/keras2-files");
const LAYERS_MODEL = resolve("test/fixtures/layers-model");
const COUNT = 500;

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder("fuzz");
});
afterAll(() => folder.remove());

/** The same numbers every time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;

/** What goes wrong with bytes: bits that flip, ends that are lost, stretches of something else. */
function damagedBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  switch (below(random, 4)) {
    case 0:
      return copy.subarray(0, below(random, copy.length));
    case 1: {
      const from = below(random, copy.length);
      copy.fill(pick(random, [0, 0xff]), from, from + 1 + below(random, 64));
      return copy;
    }
    default:
      for (let k = 0; k <= below(random, 8); k++) copy[below(random, copy.length)]! ^= 1 << below(random, 8);
      return copy;
  }
}

const deep = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
const STRANGE: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -1, -4, 0.5, 1e9, 1e300, 2 ** 31, 2 ** 53, "", "x", "../../etc/passwd", "constructor"].map(
    (value) => () => value,
  ),
  ...[[], {}, [null], [[]], [1, 2, 3], { class_name: 5 }, { class_name: "LSTM", config: null }].map(
    (value) => () => value,
  ),
  () => deep(60),
  () => deep(3000),
  () => "y".repeat(100_000),
  () => new Array(2000).fill(7),
  () => JSON.parse('{"__proto__": {"units": 3}}'),
];

/** One place of a value: changed, left out, put in twice or exchanged with another. */
function damagedJson(random: Random, value: unknown): unknown {
  const copy = structuredClone(value);
  const places: [Record<string, unknown> | unknown[], string | number][] = [];
  const visit = (parent: unknown): void => {
    if (typeof parent !== "object" || parent === null) return;
    for (const key of Object.keys(parent)) {
      places.push([parent as Record<string, unknown>, key]);
      visit((parent as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  for (let k = 0; k <= below(random, 2); k++) {
    const [parent, key] = pick(random, places);
    const holder = parent as Record<string | number, unknown>;
    switch (below(random, 5)) {
      case 0:
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete holder[key];
        break;
      case 1:
        if (Array.isArray(parent)) parent.push(structuredClone(holder[key]));
        else holder[`${key}_2`] = structuredClone(holder[key]);
        break;
      case 2: {
        const [other, otherKey] = pick(random, places);
        holder[key] = structuredClone((other as Record<string | number, unknown>)[otherKey]);
        break;
      }
      default:
        holder[key] = pick(random, STRANGE)();
    }
  }
  return copy;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** A file of the same name, damaged, with its neighbours beside it. */
function damaged(random: Random, file: string, into: string): string {
  const bytes = readFileSync(file);
  const path = join(into, basename(file));
  if (file.endsWith(".keras") && random() < 0.8) {
    const entries = unzipSync(bytes);
    if (random() < 0.75) {
      const config = damagedJson(random, JSON.parse(text(entries["config.json"]!)));
      entries["config.json"] = Buffer.from(JSON.stringify(config));
    } else entries["model.weights.h5"] = Uint8Array.from(damagedBytes(random, entries["model.weights.h5"]!));
    writeFileSync(path, zipSync(entries, { level: 0 }));
  } else if (file.endsWith(".json")) {
    const shard = "group1-shard1of1.bin";
    const weights = readFileSync(join(file, "..", shard));
    writeFileSync(join(into, shard), random() < 0.2 ? damagedBytes(random, weights) : weights);
    writeFileSync(
      path,
      random() < 0.8 ? JSON.stringify(damagedJson(random, JSON.parse(text(bytes)))) : damagedBytes(random, bytes),
    );
  } else writeFileSync(path, damagedBytes(random, bytes));
  return path;
}

const MODELS = [
  join(KERAS3, "sequential.keras"),
  join(KERAS3, "functional.keras"),
  join(KERAS2, "masks.keras"),
  join(KERAS2, "exchanged-names.h5"),
  join(LAYERS_MODEL, "uint8", "model.json"),
  join(LAYERS_MODEL, "prefixed", "model.json"),
  join(KERAS3, "renamed.weights.h5"),
];

it("damaged model files end with an error that says what to do, and never with a bug, a hang or a bomb", async () => {
  let printed = "";
  const collect = (chunk: unknown): boolean => {
    printed += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stderr, "write").mockImplementation(collect),
    vi.spyOn(process.stdout, "write").mockImplementation(collect),
  ];
  vi.stubEnv("LSTM_COMPILE_MODEL_MAX_SECONDS", "20");
  const failures: string[] = [];
  const codes = new Map<string, number>();
  const known = join(folder.path, "functional.yaml");
  try {
    await main(["import", join(KERAS3, "functional.keras"), "-o", known]);
    for (const [index, file] of MODELS.entries()) {
      const random = randomNumbers(1000 + index);
      const own = join(folder.path, String(index));
      for (let k = 0; k < Math.ceil(COUNT / MODELS.length); k++) {
        const into = join(own, String(k));
        mkdirSync(into, { recursive: true });
        const path = damaged(random, file, into);
        const isWeights = file.endsWith(".weights.h5");
        const spec = isWeights ? known : join(into, "spec.yaml");
        printed = "";
        let code = isWeights ? 0 : await main(["import", path, "-o", spec, "--timesteps", "4"]);
        if (code === 0) code = await main(["weights", "import", spec, path, "--run", join(into, "run")]);
        codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
        const isError = printed.includes("error");
        if (
          ![0, 2].includes(code) ||
          isError !== (code !== 0) ||
          (isError && !printed.includes("fix: ")) ||
          /bug in lstm-compile|\n {4}at |\bundefined\b|\[object /.test(printed) ||
          printed.length > 4000
        ) {
          failures.push(`${path} (exit code ${code}): ${printed.slice(0, 1000)}`);
        }
      }
    }
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
  expect(failures).toEqual([]);
  // The damage is such that some files can be read still, and most cannot.
  expect(codes.get("0")).toBeGreaterThan(20);
  expect(codes.get("2")).toBeGreaterThan(200);
  expect(process.memoryUsage().rss).toBeLessThan(2e9);
}, 300_000);
