import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { stringify } from "yaml";
import { analyze } from "../../../src/core/compile.ts";
import { TRAINING } from "../../../src/core/emit/context.ts";
import { modelContext } from "../../../src/core/emit/model-context.ts";
import { applyGradients, optimizerSettings, optimizerState, stepScalars } from "../../../src/core/emit/optimizer.ts";
import { printFile } from "../../../src/core/emit/write.ts";
import type { NamedWeights } from "../../../src/support/nn/weights.ts";
import { scalarTensors } from "../../../src/support/run/training.ts";

/** What the optimizer's part of a generated model.ts exports. */
export interface EmittedOptimizer {
  initializeOptimizer(w: NamedWeights): Record<string, NamedWeights>;
  learningRate(iteration: number): number;
  stepScalars(iteration: number): Record<string, number>;
  applyGradients(
    w: NamedWeights,
    gradients: Record<string, tf.Tensor>,
    state: Record<string, NamedWeights>,
    step: Record<string, tf.Scalar>,
  ): void;
  useAveragedWeights?(w: NamedWeights, state: Record<string, NamedWeights>): void;
}

mkdirSync(".tmp", { recursive: true });
export const folder = resolve(mkdtempSync(join(".tmp", "optimizer-")));
export const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });

/** The optimizer's part of the model.ts that a spec with this optimizer compiles to, as a file of its own. */
export function optimizerSource(optimizer: object): string {
  const spec = {
    specVersion: 1,
    name: "test",
    dataset: { type: "digits" },
    layers: [
      { type: "lstm", units: 4 },
      { type: "dense", units: 10, activation: "softmax" },
    ],
    optimizer,
    training: { loss: "sparseCategoricalCrossentropy" },
  };
  const { plan, diagnostics } = analyze(stringify(spec), { specPath: "test.yaml" });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  const context = modelContext({ plan, derivative: TRAINING, specPath: "test.yaml" });
  return printFile([
    'import * as tf from "@tensorflow/tfjs-core";\n',
    "type NamedWeights = Readonly<Record<string, tf.Variable>>;\n",
    "type Weights = NamedWeights;\n",
    "const namedWeights = (w: Weights): NamedWeights => w;\n",
    optimizerSettings(context),
    optimizerState(context),
    stepScalars(context),
    applyGradients(context),
  ]);
}

let files = 0;

export function writeOptimizer(optimizer: object): string {
  const file = join(folder, `optimizer${++files}.ts`);
  writeFileSync(file, optimizerSource(optimizer));
  return file;
}

export async function emittedOptimizer(optimizer: object): Promise<EmittedOptimizer> {
  return (await import(pathToFileURL(writeOptimizer(optimizer)).href)) as EmittedOptimizer;
}

/** One step: gradients are disposed of. */
export function applyStep(
  emitted: EmittedOptimizer,
  w: NamedWeights,
  gradients: Record<string, tf.Tensor>,
  state: Record<string, NamedWeights>,
  iteration: number,
): void {
  const scalars = scalarTensors(emitted.stepScalars(iteration));
  tf.tidy(() => emitted.applyGradients(w, gradients, state, scalars));
  tf.dispose([gradients, scalars]);
}

export interface FixtureTensor {
  readonly name?: string;
  readonly shape: number[];
  readonly data: number[];
}

/** A training run of Keras: see the README beside the fixtures. */
export interface TrainingFixture {
  readonly optimizer: { readonly type: string };
  readonly batchSize: number;
  readonly passes: number;
  readonly x: FixtureTensor;
  readonly y: FixtureTensor;
  readonly initialWeights: readonly FixtureTensor[];
  readonly weightsAfterFirstStep: readonly FixtureTensor[];
  readonly finalWeights: readonly FixtureTensor[];
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
  readonly float32Noise: { readonly weights: number };
}

export function readFixture(path: string): TrainingFixture {
  return JSON.parse(readFileSync(path, "utf8")) as TrainingFixture;
}
