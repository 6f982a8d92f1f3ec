import type { LayerType } from "../layers/definition.ts";
import { choicesOf, schema } from "../validate/schema-file.ts";
import { type FileNode, refuse } from "./graph.ts";
import { CLASS_NAMES, camelCase } from "./names.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where values come from, and who hears of what a spec cannot say. */
export interface ImportContext {
  readonly path: string;
  readonly format: "keras3" | "keras2" | "tfjs";
  /** Something that affects training only; the model computes the same without it. */
  notExpressed(what: string): void;
}

const TYPES = new Map(Object.entries(CLASS_NAMES).map(([type, name]) => [name, type as LayerType]));

/** Layers of Keras that are activations by another name. */
const ACTIVATION_LAYERS: Readonly<Record<string, (config: Json) => string | undefined>> = {
  ReLU: ({ max_value = null, negative_slope = 0, threshold = 0 }) =>
    negative_slope === 0 && threshold === 0
      ? max_value === null
        ? "relu"
        : max_value === 6
          ? "relu6"
          : undefined
      : undefined,
  ELU: ({ alpha = 1 }) => (alpha === 1 ? "elu" : undefined),
  Softmax: ({ axis = -1 }) => (axis === -1 ? "softmax" : undefined),
};

/** Keys that say nothing about the numbers that a layer computes. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  ...["name", "trainable", "batch_shape", "batch_input_shape", "batch_size", "seed", "unroll", "implementation"],
  ...[
    "input_length",
    "zero_output_for_mask",
    "return_runtime",
    "shared_object_id",
    "autocast",
    "lora_rank",
    "lora_alpha",
  ],
  ...[
    "renorm_momentum",
    "input_dtype",
    "ragged",
    "sparse",
    "layer",
    "backward_layer",
    "num_constants",
    "supports_masking",
  ],
]);

/** Keys with the only value that layers here have; another one would compute something else. */
const FIXED: Readonly<Record<string, readonly unknown[]>> = {
  data_format: ["channels_last", "channelsLast", null],
  noise_shape: [null],
  quantization_config: [null],
  return_state: [false],
  time_major: [false],
  synchronized: [false],
  renorm: [false],
  renorm_clipping: [null],
  groups: [1],
  keepdims: [false],
  score_mode: ["dot"],
  rms_scaling: [false],
  beta_axis: [null],
};

/**
 * A layer of a file as a map of the spec, without name and inputs.
 * @throws UserError (exit code 2) where no layer of a spec computes the same
 */
export function layerSpec(node: Omit<FileNode, "inputs">, context: ImportContext): Record<string, unknown> {
  const { className, config, name } = node;
  const activation = ACTIVATION_LAYERS[className]?.(config);
  if (activation !== undefined) return { type: "activation", activation };
  const type = TYPES.get(className);
  if (type === undefined) {
    const what = className === "Lambda" ? "a Lambda layer, whose code no spec can hold" : `of the class ${className}`;
    refuse(context.path, `${name} is ${what}`, "rebuild the model of the layers that `npx lstm-compile schema` lists");
  }
  const layer: Record<string, unknown> = { type };
  if (config.trainable === false && hasKey(type, "trainable")) layer.trainable = false;
  if (type === "bidirectional" || type === "timeDistributed") {
    layer.layer = innerLayer(type, node, context);
  }
  for (const [key, value] of Object.entries(config)) {
    const option = convert(key, value, type, node, context);
    if (option === undefined || option === defaultOf(type, camelCase(key))) continue;
    layer[camelCase(key)] = option;
  }
  for (const [key, value] of Object.entries(node.call)) {
    if (key === "use_causal_mask" && hasKey(type, "useCausalMask")) {
      if (value === true) layer.useCausalMask = true;
    } else if (key !== "mask" && !(key === "training" && value !== true) && value !== null) {
      refuse(context.path, `${name} is called with ${key}`, "call it with its inputs only");
    }
  }
  // What a spec takes for granted where the file says nothing.
  if (type === "gru" && config.reset_after === undefined) layer.resetAfter = false;
  return layer;
}

function innerLayer(
  type: "bidirectional" | "timeDistributed",
  node: Omit<FileNode, "inputs">,
  context: ImportContext,
): Record<string, unknown> {
  const { config, name } = node;
  const inner = config.layer as { class_name: string; config: Json };
  const backward = config.backward_layer as { class_name: string; config: Json } | undefined;
  const { trainable: _trainable, ...options } = layerSpec(
    { name, className: inner.class_name, config: inner.config, call: {}, inputShape: undefined },
    context,
  );
  if (type === "bidirectional" && backward !== undefined) {
    const { trainable: _also, ...other } = layerSpec(
      { name, className: backward.class_name, config: backward.config, call: {}, inputShape: undefined },
      { ...context, notExpressed: () => undefined },
    );
    const same = (a: object): string => JSON.stringify({ ...a, goBackwards: undefined });
    if (same(other) !== same(options) || other.goBackwards === options.goBackwards) {
      refuse(context.path, `the two layers of ${name} differ`, "give both directions the same options");
    }
  }
  return options;
}

function definitionOf(type: string): Readonly<Record<string, { readonly default?: unknown }>> {
  const definitions = Object.values(schema().$defs ?? {});
  return definitions.find(({ properties }) => properties?.type?.const === type)?.properties ?? {};
}

function hasKey(type: string, key: string): boolean {
  return Object.hasOwn(definitionOf(type), key);
}

function defaultOf(type: string, key: string): unknown {
  return definitionOf(type)[key]?.default;
}

/** Undefined: nothing to say. */
function convert(
  key: string,
  value: unknown,
  type: LayerType,
  node: Omit<FileNode, "inputs">,
  context: ImportContext,
): unknown {
  const { name } = node;
  const fail = (): never =>
    refuse(
      context.path,
      `${name} has ${key} ${JSON.stringify(value)}`,
      "no layer of a spec computes that: rebuild the model without it",
    );
  if (WITHOUT_MEANING.has(key)) return undefined;
  if (key === "dtype") {
    const policy =
      typeof value === "object" && value !== null ? (value as { config: { name: string } }).config.name : value;
    if (policy !== "float32" && policy !== undefined && policy !== null) {
      context.notExpressed(`${name}: dtype ${policy}; computed in float32`);
    }
    return undefined;
  }
  if (Object.hasOwn(FIXED, key)) return FIXED[key]!.includes(value) ? undefined : fail();
  if (key === "activation" || key === "recurrent_activation") return activation(value, `${name}: ${key}`, context);
  if (key.endsWith("_initializer")) return initializer(value, `${name}: ${key}`, context);
  if (key === "activity_regularizer") {
    if (value !== null) context.notExpressed(`${name}: activity_regularizer`);
    return undefined;
  }
  if (key.endsWith("_regularizer")) return regularizer(value, `${name}: ${key}`, context);
  if (key.endsWith("_constraint")) return constraint(value, `${name}: ${key}`, context);
  if (key === "axis" && type !== "concatenate") return lastAxis(value, node) ? undefined : fail();
  if (key === "target_shape") return targetShape(value as number[], node) ?? fail();
  if (key === "dropout" && !hasKey(type, key)) return value === 0 ? undefined : fail();
  if (value === null || value === undefined) return key === "merge_mode" ? fail() : undefined;
  if (!hasKey(type, camelCase(key))) return value === false ? undefined : fail();
  if (Array.isArray(value) && value.length === 1 && key !== "dims") return value[0];
  return value;
}

function lastAxis(value: unknown, { inputShape }: Omit<FileNode, "inputs">): boolean {
  const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return axis === -1 || (inputShape === undefined ? axis === 1 || axis === 2 : axis === inputShape.length);
}

function targetShape(shape: readonly number[], { inputShape }: Omit<FileNode, "inputs">): number[] | undefined {
  if (!shape.includes(-1)) return [...shape];
  if (inputShape === undefined || inputShape.includes(null)) return undefined;
  const size = (inputShape as number[]).reduce((product, n) => product * n, 1);
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return shape.map((n) => (n === -1 ? size / known : n));
}

const SPELLINGS: Readonly<Record<string, string>> = { silu: "swish" };

function activation(value: unknown, where: string, { path, format }: ImportContext): string {
  if (value === null || value === undefined) return "linear";
  const known = (schema().$defs?.Activation?.enum ?? []) as readonly string[];
  const name = typeof value === "string" ? camelCase(value) : undefined;
  const spelled = name && (SPELLINGS[name] ?? name);
  if (spelled === undefined || !known.includes(spelled)) {
    refuse(path, `${where} is ${JSON.stringify(value)}, which no spec knows`, `use one of ${known.join(", ")}`);
  }
  // Before Keras 3, and in TensorFlow.js, it is clip(0.2 x + 0.5, 0, 1).
  return spelled === "hardSigmoid" && format !== "keras3" ? "hardSigmoid02" : spelled;
}

interface Serialized {
  readonly class_name: string;
  readonly config: Json;
}

function serialized(value: unknown): Serialized | undefined {
  if (typeof value === "string") return { class_name: value, config: {} };
  const { class_name, config } = (value ?? {}) as Partial<Serialized>;
  return class_name === undefined ? undefined : { class_name, config: config ?? {} };
}

const SCALED: Readonly<Record<string, string>> = {
  "1 fan_avg uniform": "glorotUniform",
  "1 fan_avg normal": "glorotNormal",
  "2 fan_in uniform": "heUniform",
  "2 fan_in normal": "heNormal",
  "1 fan_in uniform": "lecunUniform",
  "1 fan_in normal": "lecunNormal",
};

/** Initialisers only matter for a training that starts anew. */
function initializer(value: unknown, where: string, context: ImportContext): string | object | undefined {
  const { class_name = "", config = {} } = serialized(value) ?? {};
  const plain = camelCase(class_name.replace(/Initializer$/, ""));
  const type = (plain.charAt(0).toLowerCase() + plain.slice(1)).replace(/^leCun/, "lecun");
  const distribution = String(config.distribution).replace(/^truncated_/, "");
  const scaled = type === "varianceScaling" ? SCALED[`${config.scale} ${config.mode} ${distribution}`] : undefined;
  if (scaled !== undefined) return scaled;
  const { $defs = {} } = schema();
  const options = initializerOptions(type, config);
  if (options !== undefined) {
    if (Object.keys(options).length === 0 && $defs.InitializerName?.enum?.includes(type)) return type;
    if (choicesOf($defs.InitializerMap ?? {}).values.includes(type)) return { type, ...options };
  }
  context.notExpressed(`${where} ${JSON.stringify({ [class_name]: config })}`);
  return undefined;
}

/** Those that are not the defaults of a spec; undefined where a spec cannot say them. */
function initializerOptions(type: string, config: Json): object | undefined {
  const { properties = {} } = schema().$defs?.[`${type.charAt(0).toUpperCase()}${type.slice(1)}Initializer`] ?? {};
  const options: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(config)) {
    if (key === "seed" || key === "dtype" || given === null) continue;
    const option = Object.hasOwn(properties, key) ? properties[key] : undefined;
    // Before Keras 3, and in TensorFlow.js, that is the name of the truncated one.
    const value = given === "normal" ? "truncatedNormal" : typeof given === "string" ? camelCase(given) : given;
    const fits = typeof value === "string" ? option?.enum?.includes(value) : typeof value === typeof option?.default;
    if (option === undefined || fits !== true) return undefined;
    if (value !== option.default) options[key] = value;
  }
  return options;
}

function regularizer(value: unknown, where: string, context: ImportContext): object | undefined {
  const found = serialized(value);
  if (found === undefined) return undefined;
  const { class_name, config } = found;
  const { l1 = 0, l2 = 0 } = config as { l1?: number | null; l2?: number | null };
  if (!/^l1$|^l2$|^l1_?l2$/i.test(class_name)) {
    context.notExpressed(`${where} ${class_name}`);
    return undefined;
  }
  const parts = { ...(l1 ? { l1 } : {}), ...(l2 ? { l2 } : {}) };
  return Object.keys(parts).length === 0 ? undefined : parts;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  MaxNorm: "maxNorm",
  NonNeg: "nonNeg",
  UnitNorm: "unitNorm",
  MinMaxNorm: "minMaxNorm",
};

function constraint(value: unknown, where: string, context: ImportContext): object | undefined {
  const found = serialized(value);
  if (found === undefined) return undefined;
  const type = CONSTRAINTS[found.class_name];
  const options = Object.entries(found.config).map(([key, option]) => [camelCase(key), option]);
  if (type === undefined || options.some(([, option]) => typeof option !== "number")) {
    context.notExpressed(`${where} ${found.class_name}`);
    return undefined;
  }
  return { type, ...Object.fromEntries(options) };
}
