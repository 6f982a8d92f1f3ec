import { type SchemaPart, schema, variantsOf } from "../validate/schema-file.ts";
import { camelCase } from "./names.ts";
import type { ImportContext } from "./options.ts";

type Json = Readonly<Record<string, unknown>>;

interface Serialized {
  readonly class_name: string;
  readonly config: Json;
}

function serialized(value: unknown): Serialized | undefined {
  if (typeof value === "string") return { class_name: value, config: {} };
  const { class_name, config } = (value ?? {}) as Partial<Serialized>;
  return typeof class_name === "string" ? { class_name, config: config ?? {} } : undefined;
}

const SHORT: Readonly<Record<string, string>> = {
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  msle: "meanSquaredLogarithmicError",
  klDivergence: "kullbackLeiblerDivergence",
  kld: "kullbackLeiblerDivergence",
  kLDivergence: "kullbackLeiblerDivergence",
  logCosh: "logcosh",
  acc: "accuracy",
  aUC: "auc",
  f1Score: "f1",
  CTC: "ctc",
};

/** "SparseCategoricalCrossentropy" and "sparse_categorical_crossentropy" alike → "sparseCategoricalCrossentropy" */
function specName(name: string): string {
  const camel = camelCase(name);
  const spelled = camel.charAt(0).toLowerCase() + camel.slice(1);
  return SHORT[camel] ?? SHORT[spelled] ?? SHORT[name.toLowerCase()] ?? spelled;
}

function choice(section: string, tag: string, value: string): SchemaPart | undefined {
  const candidates = variantsOf(schema().$defs?.[section] ?? {});
  return candidates.find((part) => part.properties?.[tag]?.const === value);
}

/** Keys that say nothing, with the values of which that is true. */
const WITHOUT_MEANING: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: () => true,
  dtype: () => true,
  reduction: (value) =>
    value === undefined || ["sum_over_batch_size", "auto", "mean_with_sample_weight", null].includes(value as string),
  axis: (value) => value === -1 || value === null,
  ignore_class: (value) => value === null,
  loss_scale_factor: (value) => value === null,
  gradient_accumulation_steps: (value) => value === null,
  summation_method: (value) => value === "interpolation",
  num_labels: (value) => value === null,
  jit_compile: () => true,
  is_legacy_optimizer: () => true,
};

/** The options of a loss, metric or optimizer that the schema knows and that are not its defaults. */
function options(
  config: Json,
  part: SchemaPart,
  what: string,
  context: ImportContext,
  spell: (key: string) => string = camelCase,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const name = spell(key);
    const property = part.properties?.[name];
    const isUnknown = property?.enum !== undefined && value !== null && !property.enum.includes(value as string);
    if (property !== undefined && !isUnknown) {
      if (value !== null && value !== property.default) result[name] = value;
    } else if (value !== null && value !== false && WITHOUT_MEANING[key]?.(value) !== true) {
      context.notExpressed(`${what}: ${key} ${JSON.stringify(value)}`);
    }
  }
  return result;
}

/** The loss of a compiled model as the spec has it; undefined where the file has none that a spec can say. */
export function importLoss(value: unknown, context: ImportContext): string | Record<string, unknown> | undefined {
  const found = serialized(Array.isArray(value) && value.length === 1 ? value[0] : value);
  if (found === undefined) return undefined;
  const name = specName(found.class_name);
  const part = choice("LossMap", "type", name);
  if (part === undefined) {
    context.notExpressed(`loss ${found.class_name}`);
    return undefined;
  }
  const given = options(found.config, part, `loss ${name}`, context);
  return Object.keys(given).length === 0 ? name : { type: name, ...given };
}

export function importMetrics(value: unknown, context: ImportContext): (string | object)[] {
  const list = (
    Array.isArray(value) ? value.flat() : value === null || value === undefined ? [] : [value]
  ) as unknown[];
  return list.flatMap((item) => {
    const found = serialized(item);
    if (found === undefined) return [];
    const name = specName(found.class_name);
    const part = choice("MetricMap", "type", name);
    if (part === undefined) {
      context.notExpressed(`metric ${found.class_name}`);
      return [];
    }
    const given = options(found.config, part, `metric ${name}`, context);
    return [Object.keys(given).length === 0 ? name : { type: name, ...given }];
  });
}

const OPTIMIZER_KEYS: Readonly<Record<string, string>> = {
  lr: "learningRate",
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  global_clipnorm: "globalClipNorm",
};

/** The optimizer of a compiled model; Keras's Adam where the file has none that a spec can say. */
export function importOptimizer(value: unknown, context: ImportContext): Record<string, unknown> | undefined {
  const found = serialized(value);
  if (found === undefined) return undefined;
  const name = found.class_name === "RMSprop" ? "rmsprop" : found.class_name.toLowerCase();
  const part = choice("Optimizer", "type", name);
  if (part === undefined) {
    context.notExpressed(`optimizer ${found.class_name}`);
    return undefined;
  }
  const { learning_rate, learningRate, use_ema, ema_momentum, ema_overwrite_frequency, ...config } = found.config;
  const rate = importRate(learning_rate ?? learningRate ?? config.lr, context);
  const rest = options(config, part, `optimizer ${name}`, context, (key) => OPTIMIZER_KEYS[key] ?? camelCase(key));
  return {
    type: name,
    ...rest,
    ...(rate === undefined ? {} : { learningRate: rate }),
    ...(use_ema === true
      ? {
          ema: {
            momentum: ema_momentum,
            ...(typeof ema_overwrite_frequency === "number" ? { overwriteFrequency: ema_overwrite_frequency } : {}),
          },
        }
      : {}),
  };
}

function importRate(value: unknown, context: ImportContext): number | object | undefined {
  if (typeof value === "number") return shortest(value);
  const found = serialized(value);
  if (found === undefined) return undefined;
  const schedule = specName(found.class_name).replace("piecewiseConstantDecay", "piecewiseConstant");
  const part = choice("LearningRateSchedule", "schedule", schedule);
  if (part === undefined) {
    context.notExpressed(`learning rate schedule ${found.class_name}`);
    return undefined;
  }
  return { schedule, ...options(found.config, part, schedule, context) };
}

/** Keras keeps rates in single precision: 0.0010000000474974513 was 0.001. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}
