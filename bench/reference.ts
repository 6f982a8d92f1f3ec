import {
  type Compiled,
  compileModel,
  type Job,
  jax,
  keras,
  type Outcome,
  ours,
  type Program,
  specText,
  tfLayers,
  torch,
} from "./programs.ts";
import { megabytes, number, renderTable, type Summary, summarize } from "./table.ts";
import { writeImages } from "./workspace.ts";

export interface ReferenceOptions {
  readonly workspace: string;
  readonly mnist: string | undefined;
  readonly backends: readonly ("cpu" | "wasm")[];
  readonly rounds: number;
  readonly repetitions: number;
  /** Training samples of a repetition on the native backend, and on wasm. */
  readonly samples: { readonly cpu: number; readonly wasm: number };
  readonly log: (line: string) => void;
}

export interface ReferenceRow {
  readonly program: string;
  readonly backend: string;
  /** Seconds for 60,000 samples, from the seconds of the repetitions. */
  readonly secondsPerEpoch?: Summary;
  readonly repetitions: number;
  readonly samplesPerRepetition: number;
  /** Median of the first row of the backend ÷ this median. */
  readonly ratio?: number | undefined;
  readonly goal?: number | undefined;
  readonly loss?: number;
  readonly peakBytes?: number | undefined;
  readonly versions?: Readonly<Record<string, string>>;
  readonly failed?: string;
  readonly missing?: string;
}

const BATCH = 32;
const EPOCH = 60_000;

interface Entry {
  readonly program: Program;
  /** The first row's time is to be at most this share of this program's. */
  readonly goal?: number;
}

/** The reference model in every program, in turn, several rounds: a disturbance then hits all of them alike. */
export async function benchReference(options: ReferenceOptions): Promise<ReferenceRow[]> {
  const rows: ReferenceRow[] = [];
  let compiled: Compiled | undefined;
  for (const backend of options.backends) {
    const steps = Math.max(1, Math.floor(options.samples[backend] / BATCH));
    const data = writeImages(`${options.workspace}/reference-${backend}`, {
      train: steps * BATCH,
      test: 50,
      timesteps: 28,
      mnist: options.mnist,
    });
    const job: Job = {
      units: 256,
      batch: BATCH,
      data,
      steps,
      repetitions: options.repetitions,
      activation: "relu",
    };
    compiled ??= await compileModel(options.workspace, "bench-reference", specText("bench-reference", job));
    const entries = backend === "cpu" ? nativeEntries(compiled) : wasmEntries(compiled);
    rows.push(...(await rounds(entries, job, backend, options)));
  }
  return rows;
}

function nativeEntries(compiled: Compiled): Entry[] {
  return [
    { program: ours(compiled.captures ? "lstm-compile, captured" : "lstm-compile, eager", compiled, "cpu") },
    ...(compiled.captures ? [{ program: ours("lstm-compile, eager", compiled, "cpu", ["--no-capture"]) }] : []),
    { program: keras, goal: 0.4 },
    { program: torch, goal: 0.85 },
    { program: jax, goal: 0.85 },
    { program: tfLayers("cpu"), goal: 0.16 },
  ];
}

function wasmEntries(compiled: Compiled): Entry[] {
  return [{ program: ours("lstm-compile", compiled, "wasm") }, { program: tfLayers("wasm"), goal: 0.08 }];
}

async function rounds(
  entries: readonly Entry[],
  job: Job,
  backend: string,
  { rounds, log }: ReferenceOptions,
): Promise<ReferenceRow[]> {
  const outcomes = new Map<Program, Outcome[]>(entries.map(({ program }) => [program, []]));
  const present = entries.filter(({ program }) => program.missing() === undefined);
  for (let round = 1; round <= rounds; round++) {
    for (const { program } of present) {
      const own = outcomes.get(program)!;
      if (own.some((outcome) => "error" in outcome)) continue; // it will not work in the next round either
      const outcome = await program.run(job);
      own.push(outcome);
      const result =
        "error" in outcome ? `FAILED: ${outcome.error}` : outcome.seconds.map(number).join(" s, ").concat(" s");
      log(`${backend}, round ${round} of ${rounds}: ${program.name}: ${result}`);
    }
  }
  const samples = job.steps * job.batch;
  let own: number | undefined;
  return entries.map(({ program, goal }, index): ReferenceRow => {
    const base = { program: program.name, backend, samplesPerRepetition: samples };
    const missing = program.missing();
    if (missing !== undefined) return { ...base, repetitions: 0, goal, missing };
    const results = outcomes.get(program)!;
    const failed = results.find((outcome) => "error" in outcome);
    if (failed !== undefined) return { ...base, repetitions: 0, goal, failed: failed.error };
    const timed = results.filter((outcome) => "seconds" in outcome);
    const seconds = timed.flatMap((outcome) => outcome.seconds.map((value) => (value * EPOCH) / samples));
    const summary = summarize(seconds);
    if (index === 0) own = summary.median;
    const peaks = timed.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
    return {
      ...base,
      secondsPerEpoch: summary,
      repetitions: seconds.length,
      ratio: own === undefined ? undefined : own / summary.median,
      goal,
      loss: timed.at(-1)!.loss,
      peakBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
      versions: timed.at(-1)!.versions,
    };
  });
}

export function referenceTable(rows: readonly ReferenceRow[]): string {
  const header = [
    "program",
    "backend",
    "median s",
    "min",
    "max",
    "ratio",
    "goal",
    "peak memory",
    "loss",
    "repetitions",
  ];
  return renderTable(
    header,
    rows.map((row) => {
      const start = [row.program, row.backend];
      const goal = row.goal === undefined ? "" : `≤ ${row.goal}`;
      const { secondsPerEpoch: s } = row;
      if (s === undefined) {
        return [...start, row.missing === undefined ? "FAILED" : "not installed", "", "", "", goal, "", "", ""];
      }
      const met = row.goal === undefined || row.ratio === undefined ? "" : row.ratio <= row.goal ? ", met" : ", missed";
      return [
        ...start,
        ...[number(s.median), number(s.min), number(s.max)],
        row.ratio === undefined ? "–" : row.ratio.toFixed(2),
        `${goal}${met}`,
        megabytes(row.peakBytes),
        number(row.loss!),
        `${row.repetitions} × ${row.samplesPerRepetition}`,
      ];
    }),
  );
}
