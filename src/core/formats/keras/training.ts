import { shortest } from "../../../support/system/shortest.ts";
import { type SchemaPart, schema, variantsOf } from "../../schema/schema-file.ts";
import { type Field, isMap, type JsonMap, shortJson, shortText } from "../field.ts";
import { camelCase } from "./names.ts";
import type { ImportContext } from "./options.ts";
import { type Serialized, serialized } from "./values.ts";

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
  const short = [camel, spelled, name.toLowerCase()].find((word) => Object.hasOwn(SHORT, word));
  return short === undefined ? spelled : SHORT[short]!;
}

/** Keras 2 wraps functions: { class_name: "MeanMetricWrapper", config: { name: "mae", fn: "mean_absolute_error" } } */
function unwrapped(found: Serialized | undefined): Serialized | undefined {
  if (found === undefined || !/^(MeanMetricWrapper|LossFunctionWrapper)$/.test(found.class_name)) return found;
  const { fn, name, ...rest } = found.config;
  const wrapped = isMap(fn) && typeof fn.config === "string" ? fn.config : fn;
  return { class_name: String(wrapped ?? name ?? found.class_name), config: rest };
}

function choice(section: string, tag: string, value: string): SchemaPart | undefined {
  const candidates = variantsOf(schema().$defs?.[section] ?? {});
  return candidates.find((part) => part.properties?.[tag]?.const === value);
}

/** Keys that say nothing, with the values of which that is true. */
const WITHOUT_MEANING: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: () => true,
  dtype: () => true,
  fn: () => true,
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

function isMeaningless(key: string, value: unknown): boolean {
  return Object.hasOwn(WITHOUT_MEANING, key) && WITHOUT_MEANING[key]!(value);
}

/** The options of a loss, metric or optimizer that the schema knows and that are not its defaults. */
function options(
  config: JsonMap,
  part: SchemaPart,
  what: string,
  context: ImportContext,
  spell: (key: string) => string = camelCase,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const name = spell(key);
    const { properties = {} } = part;
    const property = Object.hasOwn(properties, name) && name !== "type" ? properties[name] : undefined;
    const isUnknown = property?.enum !== undefined && value !== null && !property.enum.includes(value as string);
    if (property !== undefined && !isUnknown) {
      const number = typeof value === "number" ? shortest(value) : value;
      if (value !== null && number !== property.default) result[name] = number;
    } else if (value !== null && value !== false && !isMeaningless(key, value)) {
      context.notExpressed(`${what}: ${shortText(key, 40)} ${shortJson(value)}`);
    }
  }
  return result;
}

/** The loss of a compiled model as the spec has it; undefined where the file has none that a spec can say. */
export function importLoss(field: Field, context: ImportContext): string | Record<string, unknown> | undefined {
  const found = unwrapped(serialized(theOnly(field)));
  if (found === undefined) return undefined;
  const name = specName(found.class_name);
  const part = choice("LossMap", "type", name);
  if (part === undefined) {
    context.notExpressed(`loss ${shortText(found.class_name)}`);
    return undefined;
  }
  const given = options(found.config, part, `loss ${name}`, context);
  return Object.keys(given).length === 0 ? name : { type: name, ...given };
}

/** The loss of a model with one output, which may stand in a list or under the output's name. */
function theOnly(field: Field): Field {
  if (field.isList) return field.list().length === 1 ? theOnly(field.at(0)) : field.fail("is a list of losses");
  if (!field.isMap || field.at("class_name").isGiven) return field;
  const keys = Object.keys(field.map());
  return keys.length === 1 ? theOnly(field.at(keys[0]!)) : field.fail("is a map of losses");
}

export function importMetrics(field: Field, context: ImportContext): (string | object)[] {
  return flat(field).flatMap((item) => {
    const found = unwrapped(serialized(item));
    if (found === undefined) return [];
    const name = specName(found.class_name);
    const part = choice("MetricMap", "type", name);
    if (part === undefined) {
      context.notExpressed(`metric ${shortText(found.class_name)}`);
      return [];
    }
    const given = options(found.config, part, `metric ${name}`, context);
    return [Object.keys(given).length === 0 ? name : { type: name, ...given }];
  });
}

/** Lists in lists, or in a map by the output's name, as one list. */
function flat(field: Field): Field[] {
  if (field.isList) return field.list().flatMap(flat);
  if (!field.isMap || field.at("class_name").isGiven) return field.isGiven ? [field] : [];
  return Object.keys(field.map()).flatMap((key) => flat(field.at(key)));
}

const OPTIMIZER_KEYS: Readonly<Record<string, string>> = {
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  global_clipnorm: "globalClipNorm",
};

/** The optimizer of a compiled model; undefined where the file has none that a spec can say. */
export function importOptimizer(field: Field, context: ImportContext): Record<string, unknown> | undefined {
  const found = serialized(field);
  if (found === undefined) return undefined;
  if (found.class_name === "LossScaleOptimizer" && field.at("config").at("inner_optimizer").isMap) {
    context.notExpressed("optimizer LossScaleOptimizer: its inner optimizer alone");
    return importOptimizer(field.at("config").at("inner_optimizer"), context);
  }
  const name = found.class_name === "RMSprop" ? "rmsprop" : found.class_name.toLowerCase();
  const part = choice("Optimizer", "type", name);
  if (part === undefined) {
    context.notExpressed(`optimizer ${shortText(found.class_name)}`);
    return undefined;
  }
  const { learning_rate: _rate, learningRate: _camel, lr: _short, ...given } = found.config;
  const { use_ema, ema_momentum, ema_overwrite_frequency, ...config } = given;
  const key = ["learning_rate", "learningRate", "lr"].find((name) => found.config[name] !== undefined);
  const rate = key === undefined ? undefined : importRate(field.at("config").at(key), context);
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

function importRate(field: Field, context: ImportContext): number | object | undefined {
  if (typeof field.value === "number") return shortest(field.value);
  const found = serialized(field);
  if (found === undefined) return undefined;
  const schedule = specName(found.class_name).replace("piecewiseConstantDecay", "piecewiseConstant");
  const part = choice("LearningRateSchedule", "schedule", schedule);
  if (part === undefined) {
    context.notExpressed(`learning rate schedule ${shortText(found.class_name)}`);
    return undefined;
  }
  return { schedule, ...options(found.config, part, schedule, context) };
}
