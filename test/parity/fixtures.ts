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
  readonly training?: boolean;
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
  readonly config?: Readonly<Record<string, unknown>>;
  readonly yTrue: FixtureTensor;
  readonly yPred: FixtureTensor;
  readonly value: number;
  /** Of a loss: [B], or [B, T] of sequences. */
  readonly perSample?: FixtureTensor;
  readonly gradient?: FixtureTensor;
  readonly edge?: boolean;
}

/** What a value of a fixture must be, in words, and the test for it. */
interface Kind {
  readonly name: string;
  readonly is: (value: unknown) => boolean;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isListOf = (value: unknown, is: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(is);
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isTensor = (value: unknown): boolean => isObject(value) && "shape" in value && "data" in value;
const isNamedTensor = (value: unknown): boolean => isTensor(value) && typeof (value as FixtureTensor).name === "string";
const isLayer = (value: unknown): boolean =>
  isObject(value) && typeof (value as FixtureLayer).type === "string" && (!("layer" in value) || isLayer(value.layer));

const TRUTH: Kind = { name: "true or false", is: (value) => typeof value === "boolean" };
const TEXT: Kind = { name: "a text", is: (value) => typeof value === "string" };
const NUMBER: Kind = { name: "a number", is: isNumber };
const COUNT: Kind = { name: "an integer of at least 1", is: (value) => Number.isInteger(value) && Number(value) >= 1 };
const NUMBERS: Kind = { name: "a list of numbers", is: (value) => isListOf(value, isNumber) };
const OBJECT: Kind = { name: "an object", is: isObject };
const METRIC: Kind = {
  name: "an object with a name and a value",
  is: (value) => isObject(value) && "name" in value && "value" in value && TEXT.is(value.name) && isNumber(value.value),
};
const TENSOR: Kind = { name: "a tensor of { shape, data }", is: isTensor };
const TENSORS: Kind = { name: "a list of tensors with names", is: (value) => isListOf(value, isNamedTensor) };
const LAYERS: Kind = { name: "a list of layers with a type", is: (value) => isListOf(value, isLayer) };

const SCORES: Readonly<Record<string, Kind>> = Object.fromEntries(
  ["ar1", "naive", "seasonalNaive12"].flatMap((baseline) =>
    ["rmse", "mae", "mape", "mase", "maseSeasonal12"].map((score) => [`testScores.${baseline}.${score}`, NUMBER]),
  ),
);

/** The keys of each kind of fixture, inner ones after a dot; "?" marks those that it may lack. */
const KEYS = {
  layer: {
    layers: LAYERS,
    input: TENSOR,
    weights: TENSORS,
    output: TENSOR,
    "training?": TRUTH,
    "hardSigmoid?": TEXT,
    "cotangent?": TENSOR,
    "inputGradient?": TENSOR,
    "weightGradients?": TENSORS,
    "weightsAfter?": TENSORS,
  },
  train: {
    layers: LAYERS,
    optimizer: OBJECT,
    loss: TEXT,
    batchSize: COUNT,
    passes: COUNT,
    x: TENSOR,
    y: TENSOR,
    initialWeights: TENSORS,
    losses: NUMBERS,
    finalWeights: TENSORS,
    "hardSigmoid?": TEXT,
    "lossConfig?": OBJECT,
    "classWeight?": OBJECT,
    "sampleWeight?": TENSOR,
    "learningRates?": NUMBERS,
    "weightsAfterFirstStep?": TENSORS,
    "finalPredictions?": TENSOR,
    "finalMetric?": METRIC,
    "float32Noise?": OBJECT,
    "float32Noise.weights?": NUMBER,
    "float32Noise.predictions?": NUMBER,
  },
  loss: {
    loss: TEXT,
    yTrue: TENSOR,
    yPred: TENSOR,
    value: NUMBER,
    "config?": OBJECT,
    "gradient?": TENSOR,
    "edge?": TRUTH,
  },
  metric: { metric: TEXT, yTrue: TENSOR, yPred: TENSOR, value: NUMBER, "config?": OBJECT, "edge?": TRUTH },
  forecast: {
    series: NUMBERS,
    trainLength: COUNT,
    window: COUNT,
    scaled: TENSOR,
    trainWindows: TENSOR,
    trainTargets: TENSOR,
    testWindows: TENSOR,
    testTargets: TENSOR,
    "ar1.intercept": NUMBER,
    "ar1.slope": NUMBER,
    "ar1.testPredictions": TENSOR,
    "mase.scaleNaive": NUMBER,
    "mase.scaleSeasonal12": NUMBER,
    ...SCORES,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Kind>>>>;

export type FixtureKind = keyof typeof KEYS;

/** The kind of a fixture, by the first word of its file's name. */
export function fixtureKind(file: string): FixtureKind | undefined {
  const kind = file.split("-")[0]!;
  return Object.hasOwn(KEYS, kind) ? (kind as FixtureKind) : undefined;
}

/** Reads a fixture. @throws Error that says what is malformed */
export function readFixture(path: string, kind: FixtureKind): unknown {
  const fixture: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isObject(fixture)) throw new Error("it is not an object");
  for (const [entry, { name, is }] of Object.entries<Kind>(KEYS[kind])) {
    const key = entry.replace("?", "");
    const value = valueAt(fixture, key);
    if (value === undefined && entry.endsWith("?")) continue;
    if (value === undefined) throw new Error(`the key ${key} is missing`);
    if (!is(value)) throw new Error(`${key} is not ${name}`);
  }
  checkTensors(fixture, "");
  return fixture;
}

/** The value at a path of keys with dots between them; undefined where there is none. */
function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce((outer, key) => {
    return isObject(outer) && Object.hasOwn(outer, key) ? outer[key as keyof object] : undefined;
  }, value);
}

/** Every { shape, data } must have as many finite numbers as its shape says. */
function checkTensors(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  if ("shape" in value && "data" in value) {
    const { shape, data } = value as { shape: unknown; data: unknown };
    if (!isListOf(shape, (n) => Number.isInteger(n) && Number(n) >= 0) || !isListOf(data, isNumber)) {
      throw new Error(`${path} is not a tensor of numbers`);
    }
    const size = (shape as number[]).reduce((product, n) => product * n, 1);
    const { length } = data as number[];
    if (length !== size) throw new Error(`${path} has ${length} numbers, its shape [${shape}] ${size}`);
    return;
  }
  for (const [key, item] of Object.entries(value)) checkTensors(item, path === "" ? key : `${path}.${key}`);
}
