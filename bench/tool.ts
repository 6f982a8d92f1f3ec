import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runMeasured } from "./measured-process.ts";
import { type Compiled, compileModel, lastLines, specText, train } from "./programs.ts";
import { megabytes, number, renderTable, type Summary, summarize } from "./table.ts";
import { COMPILER, writeImages } from "./workspace.ts";

/** What the compiler itself costs: compiling many specs, starting, and the memory of a whole epoch. */
export interface ToolOptions {
  readonly workspace: string;
  readonly mnist: string | undefined;
  readonly backends: readonly ("cpu" | "wasm")[];
  readonly quick: boolean;
  /** Folder of another built compiler that is measured beside this one. */
  readonly before?: string | undefined;
  readonly log: (line: string) => void;
}

/** A time over repetitions, or why there is none. */
export type Timing = { readonly what: string } & (
  | {
      readonly seconds: Summary;
      /** Of all threads, in user and system mode: what the time would be on an idle machine, or more. Median. */
      readonly cpuSeconds: number | undefined;
      readonly repetitions: number;
      readonly peakBytes: number | undefined;
    }
  | { readonly failed: string }
);

type Once = { seconds: number; cpuSeconds?: number; peakBytes: number | undefined } | { failed: string };

async function repeat(what: string, repetitions: number, once: () => Promise<Once>): Promise<Timing> {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  const peaks: number[] = [];
  for (let index = repetitions === 1 ? 0 : -1; index < repetitions; index++) {
    const result = await once();
    if ("failed" in result) return { what, failed: result.failed };
    if (index < 0) continue; // a warm-up, unless there is one repetition only
    seconds.push(result.seconds);
    if (result.cpuSeconds !== undefined) cpuSeconds.push(result.cpuSeconds);
    if (result.peakBytes !== undefined) peaks.push(result.peakBytes);
  }
  return {
    what,
    seconds: summarize(seconds),
    cpuSeconds: cpuSeconds.length === 0 ? undefined : summarize(cpuSeconds).median,
    repetitions,
    peakBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
  };
}

/** By way of a shell, which knows what its children took of the processor. */
async function compilerRun(args: readonly string[], compiler = COMPILER): Promise<Once> {
  const shell = ["-c", '"$@" || exit; times >&2', "sh", process.execPath, compiler, ...args];
  const result = await runMeasured("sh", shell);
  if (result.code !== 0) return { failed: lastLines(result) };
  const times = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(result.stderr)!.slice(1).map(Number);
  const [userMinutes, user, systemMinutes, system] = times as [number, number, number, number];
  return { ...result, cpuSeconds: 60 * (userMinutes + systemMinutes) + user + system };
}

/** 1, 10, 100 and 1000 different specs in one call of lstm-compile, and of the compiler before, in turn. */
export async function benchCompile({ workspace, quick, before, log }: ToolOptions): Promise<Timing[]> {
  const timings: Timing[] = [];
  const folder = join(workspace, "many");
  mkdirSync(folder, { recursive: true });
  const data = { timesteps: 28, features: 28, folder: "", trainImages: "", trainLabels: "", source: "" };
  for (const count of quick ? [1, 10] : [1, 10, 100, 1000]) {
    const specs = Array.from({ length: count }, (_, index) => {
      const name = `model-${index + 1}`;
      const path = join(folder, `${name}.yaml`);
      const spec = specText(name, { data, units: 16 + (index % 200), batch: 32, activation: "tanh" });
      writeFileSync(path, spec.replace("  validation: test\n", "")); // a compiler before may not know it
      return path;
    });
    const compilers = [
      ["", COMPILER],
      ...(before === undefined ? [] : [[", before", join(before, "bin/lstm-compile.js")]]),
    ];
    for (const [which, compiler] of compilers) {
      const what = `${count} ${count === 1 ? "spec" : "specs"}${which}`;
      const timing = await repeat(what, quick ? 1 : count >= 1000 ? 1 : count === 1 ? 9 : 3, async () => {
        // A new folder each time, and none removed in between: ext4 is slow where it has just deleted many files.
        const out = mkdtempSync(join(folder, "generated-"));
        return compilerRun(["--quiet", "--out-dir", out, ...specs], compiler);
      });
      timings.push(timing);
      log(`compile ${describe(timing)}`);
    }
  }
  return timings;
}

/** The first output that a user waits for. */
export async function benchStartup({ workspace, backends, quick, log }: ToolOptions): Promise<Timing[]> {
  const repetitions = quick ? 1 : 5;
  const { compiled, data, spec } = await smallModel(workspace);
  const timings: Timing[] = [];
  const add = (timing: Timing): void => {
    timings.push(timing);
    log(`start-up: ${describe(timing)}`);
  };
  add(await repeat("lstm-compile --help", repetitions, () => compilerRun(["--help"])));
  add(await repeat("lstm-compile validate, 1 spec", repetitions, () => compilerRun(["validate", "--quiet", spec])));
  for (const backend of backends) {
    const what = `generated program, ${backend}: start, one step, evaluation, model and report written`;
    add(
      await repeat(what, repetitions, async () => {
        const { measured } = await train(compiled, { backend, data, epochs: 1, limit: 32 });
        return measured.code === 0 ? measured : { failed: lastLines(measured) };
      }),
    );
  }
  return timings;
}

async function smallModel(workspace: string): Promise<{ compiled: Compiled; data: string; spec: string }> {
  const data = writeImages(join(workspace, "startup"), { train: 32, test: 2, timesteps: 28, mnist: undefined });
  const name = "bench-startup";
  const text = specText(name, { data, units: 256, batch: 32, activation: "relu" });
  const compiled = await compileModel(workspace, name, text);
  return { compiled, data: data.folder, spec: join(workspace, "specs", `${name}.yaml`) };
}

export interface MemoryRow {
  readonly program: string;
  readonly samples: number;
  readonly stepsSeen: number;
  readonly peakBytes?: number | undefined;
  readonly goalBytes?: number;
  readonly failed?: string;
}

const MEMORY_GOAL_BYTES = 800e6;

/** The peak of a whole epoch with 60,000 training and 10,000 test images in memory; `quick` and wasm stop early. */
export async function benchMemory(options: ToolOptions): Promise<MemoryRow[]> {
  const { workspace, mnist, backends, quick, log } = options;
  const data = writeImages(join(workspace, "memory"), {
    train: 60_000,
    test: quick ? 100 : 10_000,
    timesteps: 28,
    mnist,
  });
  const text = specText("bench-memory", { data, units: 256, batch: 32, activation: "relu" });
  const compiled = await compileModel(workspace, "bench-memory", text);
  const rows: MemoryRow[] = [];
  for (const backend of backends) {
    const limit = quick ? 320 : backend === "cpu" ? 60_000 : 1600;
    const { measured } = await train(compiled, { backend, data: data.folder, epochs: 1, limit });
    const row: MemoryRow = {
      program: `lstm-compile, ${backend}`,
      samples: 60_000,
      stepsSeen: Math.ceil(limit / 32),
      ...(measured.code === 0 ? { peakBytes: measured.peakBytes } : { failed: lastLines(measured) }),
      ...(backend === "cpu" ? { goalBytes: MEMORY_GOAL_BYTES } : {}),
    };
    rows.push(row);
    log(`memory, ${backend}: ${row.failed ?? megabytes(row.peakBytes)}`);
  }
  return rows;
}

export function timingTable(timings: readonly Timing[], perSpec: boolean): string {
  const header = [
    "what",
    "median s",
    "min",
    "max",
    ...(perSpec ? ["CPU s", "CPU ms per spec"] : []),
    "peak memory",
    "repetitions",
  ];
  return renderTable(
    header,
    timings.map((timing) => {
      if ("failed" in timing) return [timing.what, "FAILED", ...header.slice(2).map(() => "")];
      const { median, min, max } = timing.seconds;
      const { cpuSeconds = Number.NaN } = timing;
      const perSpecMs = (cpuSeconds * 1000) / Number.parseInt(timing.what, 10);
      const each = perSpec ? [number(cpuSeconds), number(perSpecMs)] : [];
      const rest = [megabytes(timing.peakBytes), String(timing.repetitions)];
      return [timing.what, number(median), number(min), number(max), ...each, ...rest];
    }),
  );
}

export function memoryTable(rows: readonly MemoryRow[]): string {
  return renderTable(
    ["program", "samples in memory", "training steps", "peak memory", "goal"],
    rows.map((row) => {
      const peak = row.failed === undefined ? megabytes(row.peakBytes) : "FAILED";
      return [row.program, String(row.samples), String(row.stepsSeen), peak, memoryGoal(row)];
    }),
  );
}

function memoryGoal({ peakBytes, goalBytes }: MemoryRow): string {
  if (goalBytes === undefined) return "";
  const met = peakBytes === undefined ? "" : peakBytes <= goalBytes ? ", met" : ", missed";
  return `≤ ${megabytes(goalBytes)}${met}`;
}

function describe(timing: Timing): string {
  return `${timing.what}: ${"failed" in timing ? `FAILED: ${timing.failed}` : `${number(timing.seconds.median)} s`}`;
}
