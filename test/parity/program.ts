import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { Diagnostic } from "../../src/core/diagnostic.ts";
import { emit } from "../../src/core/emit/emit.ts";
import { load } from "../../src/core/load/load.ts";
import { completePlan, draftPlan } from "../../src/core/plan/plan.ts";
import { checkSchema } from "../../src/core/schema/schema.ts";
import { type CompileOptions, compile, type GeneratedProgram, NODE } from "../../src/node.ts";
import type { FixtureLayer, FixtureTensor } from "./fixtures.ts";

type Named = Readonly<Record<string, tf.Variable>>;
type Weights = object;
export type Inputs = Readonly<Record<string, tf.Tensor>>;
/** An entry of METRICS: how many sums a step gives for it, and the value that sums over samples give. */
export interface MetricSums {
  readonly name: string;
  readonly size: number;
  readonly value: (sums: readonly number[], samples: number) => number;
}
/** A tensor, or the program's own class Sequence. */
export type Value = tf.Tensor | { readonly tensor: tf.Tensor3D; readonly grid: readonly number[] };

/** What the harness calls of a generated model.ts. */
export interface Model {
  initializeWeights(seed: number): Weights;
  namedWeights(w: Weights): Named;
  initializeOptimizer(w: Weights): Readonly<Record<string, Named>>;
  forward(w: Weights, x: Inputs): { output: Value; prediction: Value };
  computeGradients(
    w: Weights,
    x: Inputs,
    step: object,
    lossOf: (output: never) => { total: tf.Scalar; gradient: Value },
  ): {
    output: Value;
    loss: { total: tf.Scalar };
    gradients: Readonly<Record<string, tf.Tensor>>;
    inputGradients?: Readonly<Record<string, Value>>;
  };
  trainStep(...args: unknown[]): tf.Tensor1D;
  evaluateStep(...args: unknown[]): { totals: tf.Tensor1D; predicted: Value };
  learningRate(iteration: number): number;
  stepScalars?(iteration: number): Readonly<Record<string, number>>;
  correctedRate?(iteration: number): number;
  /** Added by {@link Workspace.load} from the program's own lines. */
  lossOf(output: Value, targets: tf.Tensor, weights?: tf.Tensor): { total: tf.Scalar; gradient: Value };
  METRICS: readonly (MetricSums | string)[];
}

export interface LoadedProgram {
  readonly model: Model;
  /** Makes the program's own Sequence of [T, B, F]. */
  sequence(x: tf.Tensor3D): Value;
}

export type Derivative = NonNullable<CompileOptions["derivative"]>;

/**
 * A folder for generated models: each model.ts with a name of its own beside one copy of the support files, which are the same for
 * all. It lies inside the project, where the models find TensorFlow.js.
 */
export class Workspace {
  readonly #folder: string;
  readonly #written = new Set<string>();
  #count = 0;

  constructor() {
    const root = fileURLToPath(new URL("../../.tmp/", import.meta.url));
    mkdirSync(root, { recursive: true });
    this.#folder = mkdtempSync(join(root, "parity-"));
    writeFileSync(join(this.#folder, "package.json"), '{ "type": "module" }\n');
  }

  async load(program: Pick<GeneratedProgram, "files">): Promise<LoadedProgram> {
    for (const [path, text] of program.files) {
      if (!path.startsWith("support/") || this.#written.has(path)) continue;
      this.#written.add(path);
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      writeFileSync(join(this.#folder, path), text);
    }
    const file = join(this.#folder, `model${++this.#count}.ts`);
    writeFileSync(file, `${program.files.get("model.ts")!}\n${exposedLines(program.files)}`);
    const model = (await import(pathToFileURL(file).href)) as Model;
    const sequences = pathToFileURL(join(this.#folder, "support/nn/sequence.ts")).href;
    const { Sequence } = (await import(sequences)) as { Sequence: { fromTensor(x: tf.Tensor3D): Value } };
    return { model, sequence: (x) => Sequence.fromTensor(x) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The loss expression of `trainStep` and the METRICS of train.ts, as exports: a program keeps both to itself. */
function exposedLines(files: ReadonlyMap<string, string>): string {
  const model = files.get("model.ts")!;
  const train = files.get("train.ts")!;
  const lines: string[] = [];
  const loss = /computeGradients\(w, x, step, \(output\) => (.+)\);/.exec(model)?.[1];
  if (loss !== undefined && !/export (function|const) lossOf\b/.test(model)) {
    lines.push(
      `export function lossOf(output: any, targets: any, weights?: any): any { void weights; return ${loss}; }`,
    );
  }
  const metrics = /^const METRICS\b[\s\S]*?;$/m.exec(train)?.[0];
  if (metrics !== undefined && !/export const METRICS\b/.test(model)) {
    const imported = [...train.matchAll(/^import \{[^}]*\} from "\.\/support\/nn\/metrics\.ts";$/gm)].map(
      ([line]) => line,
    );
    const type = /\bMetricSums\b/.test(metrics)
      ? ['import type { MetricSums } from "lstm-compile-runtime/run/training.js";']
      : [];
    lines.push(...imported, ...type, `export ${metrics}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Compiles as people do. @throws Error with the diagnostics */
export function compileChecked(spec: object, derivative?: Derivative): Pick<GeneratedProgram, "files"> {
  const { program, diagnostics } = compile(JSON.stringify(spec), derivative && { derivative });
  if (program !== undefined) return program;
  throw new Error(errorsOf(diagnostics));
}

/** Diagnostics that are no warnings, in one line. */
function errorsOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.map(({ code, message, fix }) => `${code} ${message} (${fix})`).join("; ");
}

/**
 * Compiles without the rules that keep people from models which make no sense, such as a flatten layer alone or squared errors of a
 * softmax: fixtures have some.
 * @throws Error with the diagnostics
 */
export function compileAnyModel(spec: object, derivative?: Derivative): Pick<GeneratedProgram, "files"> {
  const { source, diagnostics } = load(JSON.stringify(spec), "fixture.yaml");
  const checked = source === undefined ? undefined : checkSchema(source);
  if (source === undefined || checked?.spec === undefined) {
    throw new Error(errorsOf([...diagnostics, ...(checked?.diagnostics ?? [])]));
  }
  return emit(completePlan(draftPlan(checked.spec, source)), "fixture.yaml", NODE, derivative);
}

/** Keys of fixtures that say nothing about the numbers. */
const IGNORED_KEYS: ReadonlySet<string> = new Set(["inputLength", "inputShape", "implementation", "name"]);

/** A fixture's layers as a spec has them; layer k is called layerK. */
export function specLayers(layers: readonly FixtureLayer[], hardSigmoid: string | undefined): object[] {
  const convert = (layer: FixtureLayer): Record<string, unknown> => {
    const entries = Object.entries(layer).filter(([key]) => !IGNORED_KEYS.has(key));
    return Object.fromEntries(
      entries.map(([key, value]): [string, unknown] => {
        if (key === "layer") return [key, convert(value as FixtureLayer)];
        if (key === "activation" || key === "recurrentActivation") return [key, activation(String(value), hardSigmoid)];
        return [key, value];
      }),
    );
  };
  return layers.map((layer, k) => ({ ...convert(layer), name: `layer${k}` }));
}

function activation(name: string, hardSigmoid: string | undefined): string {
  const spelled = camelCase(name);
  if (spelled === "silu") return "swish";
  return spelled === "hardSigmoid" && hardSigmoid?.includes("0.2") ? "hardSigmoid02" : spelled;
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** "1/forward/recurrent_kernel" → "layer1/forward/recurrentKernel" */
export function weightName(name: string): string {
  const [layer, ...rest] = name.split("/");
  return [`layer${layer}`, ...rest.map(camelCase)].join("/");
}

/** A weight by its name in fixtures. @throws Error where the program has none of this name */
export function weightOf<T>(named: Readonly<Record<string, T>>, name: string, what = "weight"): T {
  const found = Object.hasOwn(named, weightName(name)) ? named[weightName(name)] : undefined;
  if (found === undefined)
    throw new Error(`the program has no ${what} ${name}; it has ${Object.keys(named).join(", ")}`);
  return found;
}

/** @throws Error where a weight is missing or of another shape */
export function assignWeights(model: Model, w: Weights, weights: readonly FixtureTensor[]): void {
  const named = model.namedWeights(w);
  for (const weight of weights) {
    const variable = weightOf(named, weight.name!);
    if (variable.shape.join() !== weight.shape.join()) {
      throw new Error(`${weight.name} has shape [${variable.shape}] in the program, [${weight.shape}] in the fixture`);
    }
    tf.tidy(() => variable.assign(toTensor(weight)));
  }
  const count = Object.keys(named).length;
  const given = new Set(weights.map(({ name }) => name)).size;
  if (count !== given) throw new Error(`the program has ${count} weights, the fixture ${given}`);
}

/** What the dataset of a spec says of an input: its shape, and how many ids there are. @throws Error for ids out of range */
export function inputOf(input: FixtureTensor, layers: readonly FixtureLayer[]): object {
  const shape = input.shape.slice(1);
  const [first] = layers;
  if ((input.dtype === "int32") !== (first?.type === "embedding")) {
    throw new Error("an input of type int32 and an embedding as the first layer go together");
  }
  if (first?.type !== "embedding") return { shape };
  if (!Number.isInteger(first.inputDim)) throw new Error("the embedding's inputDim is not an integer");
  checkRange("the input", input, Number(first.inputDim));
  return { shape, vocabularySize: first.inputDim };
}

/** Some kernels read beyond their memory for an id that is too large. @throws Error */
export function checkRange(what: string, { data }: FixtureTensor, size: number): void {
  const wrong = data.find((id) => !(Number.isInteger(id) && id >= 0 && id < size));
  if (wrong !== undefined) throw new Error(`${what} has the id ${wrong}, which is not in 0 to ${size - 1}`);
}

export function toTensor({ data, shape, dtype }: FixtureTensor): tf.Tensor {
  return tf.tensor([...data], [...shape], dtype === "int32" ? "int32" : "float32");
}

/** [B, T, F] → [T, B, F], and back; vectors stay. Of frames [B, T, R, C, F] → [T, B, R·C·F]. */
export function timeMajor(x: tf.Tensor): tf.Tensor {
  if (x.rank < 3) return x;
  const [batch, ...sample] = x.shape as [number, ...number[]];
  return tf.transpose(tf.reshape(x, [batch, x.rank === 4 ? 1 : sample[0]!, -1]), [1, 0, 2]);
}

/** A tensor or sequence of the program, batch-major, on the host. */
export function batchMajor(value: Value): { shape: number[]; data: Float32Array } {
  return tf.tidy(() => {
    const tensor = value instanceof tf.Tensor ? value : timeMajor(value.tensor);
    const grid = value instanceof tf.Tensor ? [] : value.grid;
    const places = grid.reduce((product, n) => product * n, 1);
    const shape = [...tensor.shape.slice(0, -1), ...grid, tensor.shape.at(-1)! / places];
    return { shape, data: Float32Array.from(tensor.dataSync()) };
  });
}

/** The values of a program's function by the names of its parameters; a parameter that it leaves unused begins with _. */
export function callByName<R>(fn: (...args: never[]) => R, values: Readonly<Record<string, unknown>>): R {
  const parameters = /\(([^)]*)\)/
    .exec(fn.toString())![1]!
    .split(",")
    .map((name) => name.trim().replace(/^_/, ""));
  const unknown = parameters.filter((name) => name !== "" && !(name in values));
  if (unknown.length > 0)
    throw new Error(`the program's ${fn.name} takes ${unknown.join(", ")}, which the harness does not know`);
  return fn(...(parameters.filter((name) => name !== "").map((name) => values[name]) as never[]));
}

/** What a step reads beside the batch. Nothing in a fixture is random. */
export function stepInputs(model: Model, iteration: number): { random: object } & Record<string, unknown> {
  const numbers =
    model.stepScalars?.(iteration) ?? (model.correctedRate && { rate: model.correctedRate(iteration) }) ?? {};
  const scalars = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]));
  const random = {
    uniform(name: string): never {
      throw new Error(`${name} draws random numbers`);
    },
  };
  return { random, ...scalars };
}
