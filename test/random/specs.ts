import fc, { type GeneratorValue } from "fast-check";
import { analyze } from "../../src/core/compile.ts";
import type { Diagnostic } from "../../src/core/diagnostic.ts";
import type { LayerType } from "../../src/core/layers/definition.ts";
import { layerDefinition } from "../../src/core/layers/layers.ts";
import { load } from "../../src/core/load/load.ts";
import { buildGraph } from "../../src/core/plan/graph.ts";
import { checkSchema } from "../../src/core/schema/schema.ts";
import { datasetInputs, datasetTargets } from "../../src/core/sources/sources.ts";
import type { Shape } from "../../src/core/spec/dataset.ts";
import type { ModelSpec, Source } from "../../src/core/spec/types.ts";
import { anyText, anyValue, choices, definition, objectOf, valuesOf } from "./values.ts";

/** What layers read that do not read series. */
const NEEDS: Readonly<Record<string, string>> = { embedding: "ids", repeatVector: "vector", convLstm2d: "frames" };

type LayerSpec = { readonly type: string } & Readonly<Record<string, unknown>>;
type Json = Readonly<Record<string, unknown>>;

/** What a spec shall have: over a number of runs each choice of the schema has its turn. */
export interface Wanted {
  readonly layer: string;
  readonly dataset: string;
  readonly optimizer: string;
  readonly schedule: string | undefined;
  readonly loss: string;
  readonly metric: string;
}

const LAYERS = choices("Layer");
const DATASETS = choices("Source");
const OPTIMIZERS = choices("Optimizer");
const SCHEDULES = choices("LearningRateSchedule", "schedule");
const LOSSES = choices("LossMap");
const METRICS = choices("MetricMap");

export const CHOICES = {
  layers: [...LAYERS.keys()],
  datasets: [...DATASETS.keys()],
  optimizers: [...OPTIMIZERS.keys()],
  schedules: [...SCHEDULES.keys()],
  losses: [...LOSSES.keys()],
  metrics: [...METRICS.keys()],
  constraints: [...choices("Constraint").keys()],
  regularizers: Object.keys(definition("Regularizer").properties!),
  initializers: [
    ...new Set([...(definition("InitializerName").enum as string[]), ...choices("InitializerMap").keys()]),
  ],
  activations: definition("Activation").enum as string[],
} as const;

export function wantedIn(run: number): Wanted {
  const turn = (list: readonly string[], every = 1): string => list[Math.floor(run / every) % list.length]!;
  return {
    layer: turn(CHOICES.layers),
    dataset: run % 3 === 0 ? turn(CHOICES.datasets, 3) : "arrays",
    optimizer: turn(CHOICES.optimizers),
    schedule: run % 2 === 0 ? turn(CHOICES.schedules, 2) : undefined,
    loss: turn(CHOICES.losses),
    metric: turn(CHOICES.metrics),
  };
}

/** A value that layers can read. */
interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly ids: boolean;
}

/** Each layer in a line of its own, so that the line of a diagnostic tells the layer. */
function lines({ layers, ...rest }: Json & { readonly layers: readonly object[] }): string {
  const items = layers.map((layer) => JSON.stringify(layer)).join(",\n");
  return `${JSON.stringify(rest).slice(0, -1)},"layers":[\n${items}]}`;
}

/** Those that a layer may have as long as it is the last one. */
const OF_THE_OUTPUT: ReadonlySet<string> = new Set(["LC1202", "LC1203", "LC1204", "LC1212"]);

function errorsOf(spec: Json & { readonly layers: readonly object[] }): Diagnostic[] {
  return analyze(lines(spec)).diagnostics.filter(({ severity }) => severity === "error");
}

/** A spec that is right in most cases: layers that read each other at random, everything else as the schema has it. */
export class SpecWriter {
  readonly #g: GeneratorValue;
  readonly #wanted: Wanted;
  readonly #layers: LayerSpec[] = [];
  readonly #values: Value[] = [];
  readonly #read = new Set<string>();
  #dataset: Json = {};

  constructor(g: GeneratorValue, wanted: Wanted) {
    this.#g = g;
    this.#wanted = wanted;
  }

  write(): Json & { readonly layers: readonly LayerSpec[] } {
    this.#dataset = this.#newDataset();
    for (const { name, shape, vocabularySize } of datasetInputs(this.#checkedDataset())) {
      this.#values.push({ name, shape, ids: vocabularySize !== undefined });
    }
    const before = this.#integer(0, 3);
    for (let k = 0; k < before; k++) this.#add(this.#pick(CHOICES.layers));
    this.#add(this.#wanted.layer);
    for (let k = this.#integer(0, 2); k > 0; k--) this.#add(this.#pick(CHOICES.layers));
    const perTimestep = this.#join();
    return this.#finish(perTimestep);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#integer(0, list.length - 1)]!;
  }

  #integer(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  #chance(percent: number): boolean {
    return this.#integer(0, 99) < percent;
  }

  #newDataset(): Json {
    const { dataset: type, layer } = this.#wanted;
    if (type !== "arrays") {
      // Most of the other keys have an effect beside certain ones only.
      if (type === "table") return this.#g(() => fc.constant({ type, path: "a.csv", target: "y", lookback: 6 }));
      const overrides = { rows: fc.constant(6), columns: fc.constant(4), lookback: fc.constant(6) };
      const dataset = this.#g(objectOf, DATASETS.get(type)!, overrides);
      if (type === "idx") return this.#withOneValidation(dataset);
      if (type !== "text") return dataset;
      // Ids are what an embedding reads, and nothing else.
      return { ...dataset, encoding: layer === "embedding" ? "ids" : "oneHot", vocabularySize: 4 };
    }
    const files = { train: "x.npy", test: "x.npy" };
    const timesteps = this.#integer(2, 5);
    const features = this.#integer(1, 4);
    const kinds = {
      series: { shape: [timesteps, features] },
      other: { shape: [timesteps, features] },
      turned: { shape: [features, timesteps] },
      vector: { shape: [features] },
      ids: { shape: [timesteps], vocabularySize: 3 },
      frames: { shape: [timesteps, 4, 3, features] },
    };
    const names = Object.keys(kinds) as (keyof typeof kinds)[];
    const wanted = NEEDS[layer] ?? "series";
    const chosen = names.filter((name) => name === wanted || this.#chance(25));
    return {
      type,
      inputs: chosen.map((name) => ({ name, ...kinds[name], ...files })),
      targets: { encoding: "numbers", ...files },
      ...(this.#chance(20) ? { sampleWeights: { train: "w.npy" } } : {}),
    };
  }

  /** Validation samples have two files of their own, or are taken from others. */
  #withOneValidation({ validation, validationImages, validationLabels, ...dataset }: Json): Json {
    if (this.#chance(50)) return { ...dataset, validationImages: "v-images", validationLabels: "v-labels" };
    return validation === undefined ? dataset : { ...dataset, validation };
  }

  #spec(layers: readonly LayerSpec[], rest: Json = {}): Json & { readonly layers: readonly LayerSpec[] } {
    return {
      specVersion: 1,
      name: "random",
      dataset: this.#dataset,
      optimizer: { type: "sgd" },
      training: { loss: "meanSquaredError", shuffle: false },
      layers,
      ...rest,
    };
  }

  #checked(layers: readonly LayerSpec[]): ModelSpec {
    const { source } = load(lines(this.#spec(layers)), "spec.yaml");
    const { spec, diagnostics } = checkSchema(source!);
    if (spec === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
    return spec;
  }

  #checkedDataset(): Source {
    return this.#checked([{ type: "flatten" }]).dataset;
  }

  /** Adds a layer of the type, where one fits. */
  #add(type: string, inputs?: readonly string[], given: Json = {}): boolean {
    for (let attempt = 0; attempt < 12; attempt++) {
      const sources = inputs ?? this.#sources(type as LayerType);
      if (sources === undefined) return false;
      const previous = this.#layers.length === 0 ? this.#values[0]! : this.#values.at(-1)!;
      const isChain = sources.length === 1 && sources[0] === previous.name && this.#values.length > 1;
      const layer = {
        ...this.#g(objectOf, LAYERS.get(type)!, this.#overrides(sources[0]!)),
        type,
        ...(this.#chance(50) ? { name: `n${this.#layers.length}` } : { name: undefined }),
        ...given,
        inputs: [...sources],
      } as LayerSpec;
      if (this.#takes(isChain && this.#chance(50) ? withoutInputs(layer) : layer, sources)) return true;
    }
    return false;
  }

  #overrides(source: string): Record<string, fc.Arbitrary<unknown>> {
    const { shape } = this.#values.find(({ name }) => name === source)!;
    const size = shape.reduce((product, n) => product * n, 1);
    return {
      targetShape: fc.constantFrom([size], [size, 1], shape.toReversed()),
      inputDim: fc.integer({ min: 3, max: 5 }),
    };
  }

  #takes(layer: LayerSpec, sources: readonly string[]): boolean {
    const layers = [...this.#layers, layer];
    const line = layers.length + 1;
    if (errorsOf(this.#spec(layers)).some((error) => error.line === line && !OF_THE_OUTPUT.has(error.code))) {
      return false;
    }
    const { nodes } = buildGraph(this.#checked(layers), () => 0);
    const node = nodes.at(-1);
    if (node?.layer.type !== layer.type || nodes.length < layers.length) return false;
    this.#layers.push(layer);
    this.#values.push({ name: node.name, shape: node.outputShape, ids: false });
    for (const source of sources) this.#read.add(source);
    return true;
  }

  /** Values of the kind that the layer reads, often the last, and for merges often of one shape. */
  #sources(type: LayerType): string[] | undefined {
    const { reads, inputs } = layerDefinition(type);
    const ranks = { sequence: [2], vector: [1], vectors: [1, 2], frames: [4], ids: [1], any: [1, 2, 3, 4] }[reads];
    const fitting = this.#values.filter(({ shape, ids }) => ids === (reads === "ids") && ranks.includes(shape.length));
    if (fitting.length === 0) return undefined;
    const first = this.#chance(60) ? fitting.at(-1)! : this.#pick(fitting);
    const alike = fitting.filter(({ shape }) => shape.join() === first.shape.join());
    const count = this.#integer(inputs.least, Math.min(inputs.most, inputs.least + 1));
    const others = Array.from({ length: count - 1 }, () => this.#pick(this.#chance(80) ? alike : fitting).name);
    return [first.name, ...others];
  }

  /** Brings what nothing reads together. True where the output is a sequence with a target for each timestep. */
  #join(): boolean {
    const unread = (): Value[] => this.#values.filter(({ name }) => !this.#read.has(name));
    for (const { name, ids } of unread()) if (ids) this.#add("embedding", [name]);
    const isArrays = this.#wanted.dataset === "arrays";
    if (unread().length === 1 && unread()[0]!.shape.length === 2 && isArrays && this.#chance(70)) return true;
    for (const { name, shape } of unread()) {
      if (shape.length === 2) this.#add(this.#pick(["flatten", "globalMaxPooling1d"]), [name]);
      else if (shape.length > 2) this.#add("flatten", [name]);
    }
    const rest = unread().map(({ name }) => name);
    if (rest.length > 1) this.#add("concatenate", rest, { axis: -1 });
    // Of sequences alone: what is left is a vector in most cases.
    return this.#wanted.loss === "ctc" && isArrays && this.#add("repeatVector", [this.#values.at(-1)!.name], { n: 3 });
  }

  /** The last layer, loss, metrics and targets: of those that fit together one at random, or some that do not. */
  #finish(perTimestep: boolean): Json & { readonly layers: readonly LayerSpec[] } {
    const optimizer = this.#optimizer();
    const shuffle = JSON.stringify(this.#layers).includes('"stateful":true') ? false : this.#chance(50);
    const last = this.#values.at(-1)!;
    const { loss: wantedLoss, metric: wantedMetric } = this.#wanted;
    const isCtc = wantedLoss === "ctc" && perTimestep; // it goes with nothing else
    const ofArrays = isCtc ? ["labelSequence"] : ["labels", "oneHot", "numbers", "binary"];
    const encodings = this.#wanted.dataset === "arrays" ? ofArrays : [undefined];
    const heads = encodings.flatMap((encoding) =>
      ["softmax", "sigmoid", "linear"].map((activation) => ({ encoding, activation })),
    );
    const size = this.#pick([1, 3, 6]);
    const metric = this.#named(METRICS, wantedMetric);
    const names = isCtc ? [wantedLoss] : [wantedLoss, this.#pick(CHOICES.losses), this.#pick(CHOICES.losses)];
    const losses = names.map((name) => {
      const loss = this.#named(LOSSES, name);
      return typeof loss === "string" ? loss : withoutOne(loss, "quantiles", "quantile");
    });
    const tries = losses.flatMap((loss) => heads.map((head) => ({ ...head, loss })));
    const training = this.#g(objectOf, definition("Training"));
    let spec = this.#spec(this.#layers);
    for (const metrics of [[metric], []]) {
      for (const { encoding, activation, loss } of this.#shuffled(tries)) {
        if (encoding !== undefined)
          this.#dataset = { ...this.#dataset, targets: this.#targets(encoding, size, perTimestep, last) };
        const targets = datasetTargets(this.#checkedDataset());
        const units = targets.classes ?? targets.shape.at(-1)! * quantileCount(loss);
        const output = { type: "dense", units, activation };
        const classWeight = targets.kind === "labels" ? { classWeight: { 0: 2 } } : {};
        spec = this.#spec([...this.#layers, output], {
          optimizer,
          description: this.#chance(20) ? this.#g(() => anyText) : "A model",
          training: { ...training, classWeight: {}, ...classWeight, loss, metrics, shuffle },
        });
        if (errorsOf(this.#withoutBody(spec, output, last)).length === 0) return spec;
      }
    }
    return spec;
  }

  /** The same head with next to nothing before it, which is faster to analyze. */
  #withoutBody(spec: Json, output: LayerSpec, { shape }: Value): Json & { readonly layers: readonly LayerSpec[] } {
    if (this.#wanted.dataset === "arrays") {
      const input = { shape, train: "x.npy", test: "x.npy" };
      return { ...spec, dataset: { ...this.#dataset, inputs: [input] }, layers: [output] };
    }
    const embedding = { type: "embedding", inputDim: 4, outputDim: 2 };
    const before = this.#dataset.encoding === "ids" ? [embedding] : [];
    return { ...spec, layers: [...before, { type: "flatten" }, output] };
  }

  #targets(encoding: string, size: number, perTimestep: boolean, last: Value): Json {
    const files = { train: "y.npy", test: "y.npy" };
    if (encoding === "labelSequence") return { encoding, classes: size + 1, length: 2, ...files };
    const isClass = encoding === "labels" || encoding === "oneHot";
    return {
      encoding,
      ...(isClass ? { classes: size + 1 } : { features: size }),
      ...(perTimestep ? { timesteps: last.shape[0] } : {}),
      ...files,
    };
  }

  #shuffled<T>(list: readonly T[]): T[] {
    return this.#g(() => fc.shuffledSubarray([...list], { minLength: list.length }));
  }

  /** By name alone, or with options. */
  #named(parts: typeof LOSSES, name: string): string | Json {
    return this.#chance(40) ? name : this.#g(objectOf, parts.get(name)!);
  }

  #optimizer(): Json {
    const { optimizer: type, schedule } = this.#wanted;
    const optimizer = this.#g(objectOf, OPTIMIZERS.get(type)!);
    const clipped = withoutOne(withoutOne(optimizer, "clipNorm", "clipValue"), "clipNorm", "globalClipNorm");
    const { decay: _decay, learningRate: _rate, ...rest } = withoutOne(clipped, "clipValue", "globalClipNorm");
    if (schedule === undefined) return { ...rest, learningRate: 0.01, ...(this.#chance(50) ? { decay: 0.01 } : {}) };
    const learningRate = this.#g(objectOf, SCHEDULES.get(schedule)!);
    return { ...rest, learningRate: schedule === "piecewiseConstant" ? this.#pieces() : completeWarmup(learningRate) };
  }

  #pieces(): Json {
    const count = this.#integer(1, 3);
    return {
      schedule: "piecewiseConstant",
      boundaries: Array.from({ length: count }, (_, k) => 10 * (k + 1)),
      values: Array.from({ length: count + 1 }, () => this.#g(() => valuesOf({ type: "number", exclusiveMinimum: 0 }))),
    };
  }
}

function withoutInputs({ inputs: _inputs, ...layer }: LayerSpec): LayerSpec {
  return layer as LayerSpec;
}

function withoutOne(value: Json, first: string, second: string): Json {
  if (!(first in value && second in value)) return value;
  const { [second]: _second, ...rest } = value;
  return rest;
}

function completeWarmup(schedule: Json): Json {
  const { warmupTarget, warmupSteps, ...rest } = schedule;
  return warmupTarget === undefined || !warmupSteps ? rest : schedule;
}

function quantileCount(loss: string | Json): number {
  return typeof loss !== "string" && Array.isArray(loss.quantiles) ? loss.quantiles.length : 1;
}

type Path = readonly (string | number)[];

function paths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return path.length === 0 ? [] : [path];
  const below = Object.entries(value).flatMap(([key, item]) =>
    paths(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? below : [path, ...below];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** The spec with a few things changed that make it wrong in most cases: removed, replaced, swapped, misspelled. */
export function mutated(g: GeneratorValue, spec: object): object {
  const copy = structuredClone(spec) as Json & { layers: unknown[] };
  const pick = <T>(list: readonly T[]): T => list[g(fc.nat, list.length - 1)]!;
  for (let count = pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const all = paths(copy);
    const path = pick(all);
    const parent = at(copy, path.slice(0, -1)) as Record<string | number, unknown> | unknown[];
    const key = path.at(-1)!;
    switch (g(fc.nat, 5)) {
      case 0:
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
        break;
      case 1:
        (parent as Record<string | number, unknown>)[key] = g(() => anyValue);
        break;
      case 2:
        (parent as Record<string | number, unknown>)[key] = structuredClone(at(copy, pick(all)));
        break;
      case 3: {
        const layers = Array.isArray(copy.layers) ? copy.layers : [];
        const [i, j] = [g(fc.nat, Math.max(0, layers.length - 1)), g(fc.nat, Math.max(0, layers.length - 1))];
        [layers[i], layers[j]] = [layers[j], layers[i]];
        break;
      }
      case 4:
        if (!Array.isArray(parent)) parent[g(() => anyText)] = parent[key];
        break;
      default:
        if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
        else parent[`${key}_`] = parent[key];
    }
  }
  return copy;
}
