import { type Compiled, compileModel, type Job, keras, ours, type Program, specText } from "./programs.ts";
import { megabytes, number, renderTable, summarize } from "./table.ts";
import { type ImageData, writeImages } from "./workspace.ts";

export interface SizesOptions {
  readonly workspace: string;
  readonly backend: "cpu" | "wasm";
  readonly quick: boolean;
  readonly log: (line: string) => void;
}

export interface SizeRow {
  readonly varied: "batch" | "units" | "timesteps";
  readonly batch: number;
  readonly units: number;
  readonly timesteps: number;
  readonly steps: number;
  /** Median seconds of one step; undefined where the program failed or is not installed. */
  readonly oursStep?: number | undefined;
  readonly kerasStep?: number | undefined;
  readonly oursPeakBytes?: number | undefined;
  readonly kerasPeakBytes?: number | undefined;
  readonly failures: readonly string[];
}

const BASE = { batch: 32, units: 256, timesteps: 28 };
const VARIED = { batch: [32, 128, 512], units: [64, 256, 1024], timesteps: [28, 100, 784] } as const;
/** About the work (batch · timesteps · units²) of 40 steps of the base size, and never fewer than 3 steps. */
const BASE_STEPS = 40;
const MIN_STEPS = 3;

/** One size at a time is varied. tanh, since with relu an untrained network of 784 timesteps may overflow. */
export async function benchSizes({ workspace, backend, quick, log }: SizesOptions): Promise<SizeRow[]> {
  const rows: SizeRow[] = [];
  for (const varied of ["batch", "units", "timesteps"] as const) {
    for (const value of quick ? VARIED[varied].slice(0, 2) : VARIED[varied]) {
      const size = { ...BASE, [varied]: value };
      const steps = stepsFor(size, quick);
      const data = writeImages(`${workspace}/data-${varied}-${value}`, {
        train: steps * size.batch,
        test: 2,
        timesteps: size.timesteps,
        mnist: undefined,
      });
      const row = await benchSize({ workspace, backend, data, steps, repetitions: quick ? 1 : 2, varied, ...size });
      rows.push(row);
      log(`${varied} ${value}: ours ${perStep(row.oursStep)}, Keras ${perStep(row.kerasStep)}`);
      for (const failure of row.failures) log(`  FAILED: ${failure}`);
    }
  }
  return rows;
}

function stepsFor({ batch, units, timesteps }: typeof BASE, quick: boolean): number {
  const work = (batch / BASE.batch) * (units / BASE.units) ** 2 * (timesteps / BASE.timesteps);
  return Math.min(BASE_STEPS, Math.max(quick ? 1 : MIN_STEPS, Math.round((quick ? 2 : BASE_STEPS) / work)));
}

async function benchSize(
  size: typeof BASE & {
    workspace: string;
    backend: string;
    data: ImageData;
    steps: number;
    repetitions: number;
    varied: SizeRow["varied"];
  },
): Promise<SizeRow> {
  const { batch, units, timesteps, steps, repetitions, varied } = size;
  const job: Job = { units, batch, data: size.data, steps, repetitions, activation: "tanh" };
  const name = `bench-${varied}-${size[varied]}`;
  const failures: string[] = [];
  const run = async (program: Program): Promise<{ step?: number; peakBytes?: number | undefined }> => {
    if (program.missing() !== undefined) return {};
    const outcome = await program.run(job);
    if ("error" in outcome) {
      failures.push(`${program.name}: ${outcome.error}`);
      return {};
    }
    return { step: summarize(outcome.seconds).median / steps, peakBytes: outcome.peakBytes };
  };
  const compiled: Compiled = await compileModel(size.workspace, name, specText(name, job));
  const own = await run(ours("lstm-compile", compiled, size.backend));
  const peer = await run(keras);
  return {
    ...{ varied, batch, units, timesteps, steps },
    oursStep: own.step,
    kerasStep: peer.step,
    oursPeakBytes: own.peakBytes,
    kerasPeakBytes: peer.peakBytes,
    failures,
  };
}

export function sizesTable(rows: readonly SizeRow[]): string {
  const header = ["varied", "batch", "units", "timesteps", "ours, ms per step", "growth", "Keras", "growth", "ratio"];
  return renderTable(
    [...header, "peak memory", "Keras"],
    rows.map((row) => {
      const first = rows.find(({ varied }) => varied === row.varied)!;
      const failed = (step: number | undefined, name: string): string =>
        row.failures.some((failure) => failure.startsWith(name)) ? "FAILED" : milliseconds(step);
      return [
        ...[row.varied, String(row.batch), String(row.units), String(row.timesteps)],
        ...[failed(row.oursStep, "lstm-compile"), growth(row.oursStep, first.oursStep)],
        ...[failed(row.kerasStep, "Keras"), growth(row.kerasStep, first.kerasStep)],
        row.oursStep === undefined || row.kerasStep === undefined ? "–" : (row.oursStep / row.kerasStep).toFixed(2),
        ...[megabytes(row.oursPeakBytes), megabytes(row.kerasPeakBytes)],
      ];
    }),
  );
}

function perStep(seconds: number | undefined): string {
  return seconds === undefined ? "–" : `${milliseconds(seconds)} ms per step`;
}

function milliseconds(seconds: number | undefined): string {
  return seconds === undefined ? "–" : number(seconds * 1000);
}

function growth(value: number | undefined, first: number | undefined): string {
  return value === undefined || first === undefined ? "–" : `${(value / first).toFixed(1)}×`;
}
