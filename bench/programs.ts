import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programCommand } from "../src/program/run.ts";
import { type Measured, runMeasured } from "./measured-process.ts";
import { INSTALL_PEERS, peerPython, peersInstalled } from "./peers/place.ts";
import { COMPILER, type ImageData, ROOT } from "./workspace.ts";

/** The reference model's sizes, and how long to train it. */
export interface Job {
  readonly units: number;
  readonly batch: number;
  readonly data: ImageData;
  /** Training steps of a repetition. */
  readonly steps: number;
  /** Repetitions that are timed; one more is run before them as a warm-up. */
  readonly repetitions: number;
  readonly activation: "relu" | "tanh";
}

export interface Timed {
  /** Of each repetition. */
  readonly seconds: readonly number[];
  readonly steps: number;
  /** Mean training loss of the last repetition. */
  readonly loss: number;
  readonly peakBytes: number | undefined;
  readonly versions: Readonly<Record<string, string>>;
}

export type Outcome = Timed | { readonly error: string };

export interface Program {
  readonly name: string;
  /** The command that installs it, where it is not there. */
  missing(): string | undefined;
  run(job: Job): Promise<Outcome>;
}

/** A generated program: compiled by `lstm-compile`, run as a user would. */
export interface Compiled {
  readonly name: string;
  readonly folder: string;
  /** Whether the program can run its step both as a captured graph and operation by operation. */
  readonly captures: boolean;
}

export function specText(
  name: string,
  { data, units, batch, activation }: Pick<Job, "data" | "units" | "batch" | "activation">,
): string {
  return `specVersion: 1
name: ${name}
dataset:
  type: idx
  trainImages: train-images-idx3-ubyte
  trainLabels: train-labels-idx1-ubyte
  testImages: t10k-images-idx3-ubyte
  testLabels: t10k-labels-idx1-ubyte
  validation: test
  rows: ${data.timesteps}
  columns: ${data.features}
  classes: 10
  scale: 255
layers:
  - type: lstm
    units: ${units}
    activation: ${activation}
    returnSequences: true
  - type: dropout
    rate: 0.2
  - type: lstm
    units: ${units}
    activation: ${activation}
  - type: dropout
    rate: 0.1
  - type: dense
    units: 32
    activation: relu
  - type: dropout
    rate: 0.2
  - type: dense
    units: 10
    activation: softmax
optimizer:
  type: adam
  learningRate: 1.0e-4
  decay: 1.0e-6
training:
  loss: sparseCategoricalCrossentropy
  metrics: [accuracy]
  epochs: 1
  batchSize: ${batch}
`;
}

/** @throws Error with what the compiler printed */
export async function compileModel(workspace: string, name: string, text: string): Promise<Compiled> {
  const specs = join(workspace, "specs");
  mkdirSync(specs, { recursive: true });
  const spec = join(specs, `${name}.yaml`);
  writeFileSync(spec, text);
  const out = join(workspace, "generated");
  const result = await runMeasured(process.execPath, [COMPILER, "--quiet", spec, "--out-dir", out]);
  if (result.code !== 0) throw new Error(`lstm-compile failed for ${name}: ${lastLines(result)}`);
  const folder = join(out, name);
  const captures = readFileSync(join(folder, "train.ts"), "utf8").includes("options.capture");
  return { name, folder, captures };
}

/** Runs train.ts and reads the epochs' seconds, which hold the training steps alone, from its metrics.jsonl. */
export async function train(
  compiled: Compiled,
  options: {
    backend: string;
    data: string;
    epochs: number;
    limit: number;
    arguments?: readonly string[];
    imports?: readonly string[];
    environment?: NodeJS.ProcessEnv;
  },
): Promise<{ measured: Measured; epochs: { seconds: number; loss: number }[] }> {
  const out = join(compiled.folder, "runs", "bench");
  rmSync(out, { recursive: true, force: true });
  const [command, ...program] = programCommand(join(compiled.folder, "train.ts"));
  // Preloaded modules come after tsx, which reads their TypeScript where Node does not, and before the program's file.
  const preloads = (options.imports ?? []).flatMap((url) => ["--import", url]);
  const trainArguments = [
    ...program.slice(0, -1),
    ...preloads,
    program.at(-1)!,
    ...["--backend", options.backend, "--data", options.data, "--out", out],
    ...["--epochs", String(options.epochs), "--limit", String(options.limit), "--quiet"],
    ...(options.arguments ?? []),
  ];
  const { environment = {} } = options;
  const measured = await runMeasured(command, trainArguments, { environment });
  const file = join(out, "metrics.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return { measured, epochs: lines.filter((line) => line !== "").map((line) => JSON.parse(line)) };
}

export function ours(
  name: string,
  compiled: Compiled,
  backend: string,
  programArguments: readonly string[] = [],
): Program {
  return {
    name,
    missing: () => undefined,
    async run({ data, steps, batch, repetitions }) {
      const { measured, epochs } = await train(compiled, {
        backend,
        data: data.folder,
        epochs: repetitions + 1,
        limit: steps * batch,
        arguments: programArguments,
      });
      if (measured.code !== 0 || epochs.length !== repetitions + 1) return { error: lastLines(measured) };
      return {
        seconds: epochs.slice(1).map((epoch) => epoch.seconds),
        steps,
        loss: epochs.at(-1)!.loss,
        peakBytes: measured.peakBytes,
        versions: {},
      };
    },
  };
}

export function tfLayers(backend: string): Program {
  const file = join(ROOT, "bench", "peers", "tfjs-layers.mjs");
  return {
    name: `tf.layers + fit, ${backend}`,
    missing: () => undefined,
    run: (job) => runPeer(process.execPath, [file, "--backend", backend], job, job.activation),
  };
}

function python(name: string, file: string, activation?: "tanh"): Program {
  return {
    name,
    missing: () => (peersInstalled() ? undefined : INSTALL_PEERS),
    run: (job) => runPeer(peerPython(), [join(ROOT, "bench", "peers", file)], job, activation ?? job.activation),
  };
}

export const keras = python("Keras", "keras_lstm.py");
export const torch = python("PyTorch (tanh)", "torch_lstm.py", "tanh");
export const jax = python("JAX", "jax_lstm.py");

async function runPeer(
  command: string,
  program: readonly string[],
  { units, batch, data, steps, repetitions }: Job,
  activation: string,
): Promise<Outcome> {
  const measured = await runMeasured(command, [
    ...program,
    ...["--units", String(units), "--batch", String(batch), "--timesteps", String(data.timesteps)],
    ...["--features", String(data.features), "--steps", String(steps), "--repetitions", String(repetitions)],
    ...["--warmup", "1", "--activation", activation, "--images", data.trainImages, "--labels", data.trainLabels],
  ]);
  const line = measured.stdout.trim().split("\n").at(-1) ?? "";
  if (measured.code !== 0 || !line.startsWith("{")) return { error: lastLines(measured) };
  const result = JSON.parse(line) as { seconds: number[]; loss: number; versions: Record<string, string> };
  return { ...result, steps, peakBytes: measured.peakBytes };
}

/** The end of what a failed program printed. */
export function lastLines({ code, stderr }: Measured): string {
  const text = stderr.trim().split("\n").slice(-4).join("\n");
  return `exit code ${code ?? "none"}: ${text === "" ? "it printed no error" : text}`;
}
