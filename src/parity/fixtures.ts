import { readFileSync } from "node:fs";

/** A tensor as a fixture writes it: flat and row-major. */
export interface FixtureTensor {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: string;
}

export type FixtureLayer = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface LayerFixture {
  readonly training: boolean;
  readonly layers: readonly FixtureLayer[];
  readonly hardSigmoid?: string;
  readonly input: FixtureTensor;
  readonly weights: readonly FixtureTensor[];
  readonly output: FixtureTensor;
  readonly cotangent?: FixtureTensor;
  readonly inputGradient?: FixtureTensor;
  readonly weightGradients?: readonly FixtureTensor[];
  readonly weightsAfter?: readonly FixtureTensor[];
}

export interface TrainFixture {
  readonly layers: readonly FixtureLayer[];
  readonly hardSigmoid?: string;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly loss: string;
  readonly lossConfig?: Readonly<Record<string, unknown>>;
  readonly classWeight?: Readonly<Record<string, number>>;
  readonly sampleWeight?: FixtureTensor;
  readonly batchSize: number;
  readonly passes: number;
  readonly x: FixtureTensor;
  readonly y: FixtureTensor;
  readonly initialWeights: readonly FixtureTensor[];
  readonly learningRates?: readonly number[];
  readonly losses: readonly number[];
  readonly weightsAfterFirstStep?: readonly FixtureTensor[];
  readonly finalWeights: readonly FixtureTensor[];
  readonly finalPredictions?: FixtureTensor;
  readonly finalMetric?: { readonly name: string; readonly value: number };
  readonly float32Noise?: { readonly weights?: number; readonly predictions?: number };
}

export interface ScoreFixture {
  /** A loss fixture has the one, a metric fixture the other. */
  readonly loss?: string;
  readonly metric?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly yTrue: FixtureTensor;
  readonly yPred: FixtureTensor;
  readonly value: number;
  /** Of a loss: [B], or [B, T] of sequences. */
  readonly perSample?: FixtureTensor;
  readonly gradient?: FixtureTensor;
  readonly edge?: boolean;
}

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  layer: ["layers", "input", "weights", "output"],
  train: ["layers", "optimizer", "loss", "batchSize", "passes", "x", "y", "initialWeights", "losses", "finalWeights"],
  loss: ["loss", "yTrue", "yPred", "value"],
  metric: ["metric", "yTrue", "yPred", "value"],
  forecast: ["series", "trainLength", "window"],
};

export type FixtureKind = keyof typeof REQUIRED;

/** The kind of a fixture, by the first word of its file's name. */
export function fixtureKind(file: string): string | undefined {
  const kind = file.split("-")[0]!;
  return Object.hasOwn(REQUIRED, kind) ? kind : undefined;
}

/** Reads a fixture. @throws Error that says what is malformed */
export function readFixture(path: string, kind: FixtureKind): unknown {
  const fixture: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof fixture !== "object" || fixture === null || Array.isArray(fixture)) throw new Error("it is not an object");
  const missing = REQUIRED[kind]!.find((key) => !Object.hasOwn(fixture, key));
  if (missing !== undefined) throw new Error(`the key ${missing} is missing`);
  checkTensors(fixture, "");
  return fixture;
}

/** Every { shape, data } must have as many numbers as its shape says. */
function checkTensors(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  if ("shape" in value && "data" in value) {
    const { shape, data } = value as { shape: unknown; data: unknown };
    const isShape = Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= 0);
    const isData = Array.isArray(data) && data.every((n) => typeof n === "number");
    if (!isShape || !isData) throw new Error(`${path} is not a tensor of numbers`);
    const size = (shape as number[]).reduce((product, n) => product * n, 1);
    if (data.length !== size) throw new Error(`${path} has ${data.length} numbers, its shape [${shape}] ${size}`);
    return;
  }
  for (const [key, item] of Object.entries(value)) checkTensors(item, path === "" ? key : `${path}.${key}`);
}
