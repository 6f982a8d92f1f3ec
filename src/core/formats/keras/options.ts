import type { LayerType } from "../../layers/definition.ts";
import type { Alias, Dialect } from "../../layers/exchange.ts";
import { layerDefinition } from "../../layers/layers.ts";
import type { OptionSchema } from "../../layers/schema.ts";
import type { Shape } from "../../spec/dataset.ts";
import { Field, isMap, refuse, shortJson } from "../field.ts";
import { aliasOf, typeOfClass } from "./classes.ts";
import { type FileNode, titleOf } from "./graph.ts";
import { camelCase } from "./names.ts";
import { readActivation, readConstraint, readInitializer, readRegularizer } from "./values.ts";

/** Where values come from, and who hears of what a spec cannot say. */
export interface ImportContext {
  readonly path: string;
  readonly dialect: Dialect;
  /** Something that affects training only; the model computes the same without it. */
  notExpressed(what: string): void;
}

/** A layer of the file, and what is known of its input: its shape per sample by the compiler's rules, and whether a mask may come with it. */
export interface LayerSource extends Omit<FileNode, "inputs"> {
  readonly shape?: () => Shape | undefined;
  readonly mayBeMasked?: boolean;
}

/** Keys that say nothing about the numbers that a layer computes. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  ...["name", "trainable", "batch_shape", "batch_input_shape", "batch_size", "seed", "unroll", "implementation"],
  ...["input_length", "return_runtime", "shared_object_id", "autocast", "lora_rank", "lora_alpha", "use_cudnn"],
  ...["renorm_momentum", "input_dtype", "ragged", "sparse", "layer", "backward_layer", "supports_masking"],
]);

/** Keys of several layers with the only values that layers here have; another one would compute something else. */
const FIXED: Readonly<Record<string, readonly unknown[]>> = {
  data_format: ["channels_last", "channelsLast", null],
  groups: [1],
  num_constants: [0, null],
};

const REBUILD = "no layer of a spec computes that: rebuild the model without it";

function only(config: Field, key: string, values: readonly unknown[]): unknown {
  const value = config.at(key).value ?? values[0];
  return values.includes(value) ? value : config.at(key).fail(`is ${shortJson(value)}`, REBUILD);
}

/**
 * A layer of a file as a map of the spec, without name and inputs.
 * @throws UserError (exit code 2) where no layer of a spec computes the same, or the file is damaged
 */
export function layerSpec(node: LayerSource, context: ImportContext): Record<string, unknown> {
  const { className, config } = node;
  const values = config.optionalMap();
  const known = aliasOf(className);
  if (known !== undefined) return { type: known.type, ...aliasOptions(known.alias, node, context) };
  const type = typeOfClass(className);
  if (type === undefined) {
    const what = className === "Lambda" ? "a Lambda layer, whose code no spec can hold" : "of a class that no spec has";
    refuse(
      context.path,
      `${titleOf(node)} is ${what} (${config.place})`,
      "rebuild the model of the layers that `npx lstm-compile schema` lists",
    );
  }
  const { keras, wraps } = layerDefinition(type);
  for (const [key, fix] of Object.entries(keras.needed ?? {})) {
    if (!config.at(key).isGiven) refuse(context.path, `${titleOf(node)} has no ${key} (${config.place})`, fix);
  }
  const layer: Record<string, unknown> = { type };
  if (config.at("trainable").value === false && layerDefinition(type).schema.hasWeights) layer.trainable = false;
  if (wraps !== undefined) layer.layer = innerLayer(type, node, context);
  for (const key of Object.keys(values)) {
    const option = convert(key, type, node, context);
    const name = optionName(type, key);
    if (option === undefined || option === optionOf(type, name)?.default) continue;
    layer[name] = option;
  }
  const called = new Map(Object.entries(keras.callOptions ?? {}).map(([option, name]) => [name, option]));
  for (const [key, value] of Object.entries(node.call.optionalMap())) {
    const option = called.get(key);
    if (option !== undefined) {
      if (value === true) layer[option] = true;
    } else if (key !== "mask" && !(key === "training" && value !== true) && value !== null && value !== false) {
      refuse(
        context.path,
        `${titleOf(node)} is called with ${key} (${node.call.place})`,
        "call it with its inputs only",
      );
    }
  }
  return { ...layer, ...impliedOptions(type, node, context) };
}

/** The options that a class with a name of its own stands for. */
function aliasOptions({ keys, options }: Alias, node: LayerSource, context: ImportContext): Record<string, unknown> {
  const { config } = node;
  for (const [key, value] of Object.entries(config.optionalMap())) {
    if (Object.hasOwn(keys, key)) continue;
    if (key === "axis" ? !isLastAxis(value, node) : !isIgnored(key, value, node, context)) unknownKey(node, key);
  }
  return options(Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, only(config, key, values)])));
}

/** What the file leaves out and its program takes for granted, where the compiler's default is another one. */
function impliedOptions(type: LayerType, { config }: LayerSource, { dialect }: ImportContext): object {
  return layerDefinition(type).keras.implied?.(config.optionalMap(), dialect) ?? {};
}

function innerLayer(type: LayerType, node: LayerSource, context: ImportContext): Record<string, unknown> {
  const { config, name } = node;
  const {
    wraps,
    keras: { secondLayer },
  } = layerDefinition(type);
  const inner = (key: string): LayerSource => ({
    name,
    className: config.at(key).at("class_name").text(),
    config: config.at(key).at("config"),
    call: new Field(context.path, "", undefined),
    inputShape: undefined,
    shape: () => {
      const shape = node.shape?.();
      return shape && wraps?.innerShape(shape);
    },
  });
  config.at("layer").map();
  const { trainable: _trainable, ...options } = layerSpec(inner("layer"), context);
  if (secondLayer !== undefined && config.at(secondLayer).isGiven) {
    const { trainable: _also, ...other } = layerSpec(inner(secondLayer), {
      ...context,
      notExpressed: () => undefined,
    });
    const same = (a: object): string => JSON.stringify({ ...a, goBackwards: undefined });
    if (same(other) !== same(options) || other.goBackwards === options.goBackwards) {
      refuse(
        context.path,
        `the two layers of ${titleOf(node)} differ (${config.at(secondLayer).place})`,
        "give both directions the same options",
      );
    }
  }
  return options;
}

/** The option that a key of a file stands for. */
function optionName(type: LayerType, key: string): string {
  const { olderKeys = {} } = layerDefinition(type).keras;
  return Object.hasOwn(olderKeys, key) ? olderKeys[key]! : camelCase(key);
}

function optionOf(type: LayerType, key: string): OptionSchema | undefined {
  const { options } = layerDefinition(type).schema;
  return Object.hasOwn(options, key) ? options[key] : undefined;
}

function unknownKey(node: LayerSource, key: string): never {
  const { value, place, file } = node.config.at(key);
  return refuse(file, `${titleOf(node)} has ${key} ${shortJson(value)} (${place})`, REBUILD);
}

/** True for what says nothing of the numbers. */
function isIgnored(key: string, value: unknown, node: LayerSource, context: ImportContext): boolean {
  if (WITHOUT_MEANING.has(key)) return true;
  if (key === "dtype") {
    checkType(node, context);
    return true;
  }
  return value === null || value === undefined || value === false;
}

/** A type of floating-point numbers, or a policy that names one. Integers would be quantized weights. */
function checkType(node: LayerSource, context: ImportContext): void {
  const field = node.config.at("dtype");
  if (!field.isGiven) return;
  const name = (field.isMap ? field.at("config").at("name") : field).text();
  if (name === "float32") return;
  if (!/^(mixed_)?b?float(16|64)$/.test(name)) unknownKey(node, "dtype");
  context.notExpressed(`${node.name}: dtype ${name}; computed in float32`);
}

/** Undefined: nothing to say. */
function convert(key: string, type: LayerType, node: LayerSource, context: ImportContext): unknown {
  const { name } = node;
  const field = node.config.at(key);
  const { value } = field;
  if (WITHOUT_MEANING.has(key)) return undefined;
  if (key === "dtype") return checkType(node, context);
  const { fixed = {} } = layerDefinition(type).keras;
  const only = Object.hasOwn(fixed, key) ? [fixed[key]] : Object.hasOwn(FIXED, key) ? FIXED[key] : undefined;
  if (only !== undefined) return only.includes(value) ? undefined : unknownKey(node, key);
  if (key === "zero_output_for_mask") {
    // Inside a bidirectional layer Keras sets it itself; outside, masked timesteps repeat the output before them.
    const matters = value === true && node.mayBeMasked === true && node.config.at("return_sequences").value === true;
    return matters ? unknownKey(node, key) : undefined;
  }
  if (key === "activation" || key === "recurrent_activation") return readActivation(field, node, context);
  if (key.endsWith("_initializer")) return readInitializer(field, `${name}: ${key}`, context);
  if (key === "activity_regularizer") {
    if (value !== null) context.notExpressed(`${name}: activity_regularizer`);
    return undefined;
  }
  if (key.endsWith("_regularizer")) return readRegularizer(field, `${name}: ${key}`, context);
  if (key.endsWith("_constraint")) return readConstraint(field, `${name}: ${key}`, context);
  // An axis that a spec cannot choose is the last.
  if (key === "axis" && optionOf(type, key)?.const === -1)
    return isLastAxis(value, node) ? undefined : unknownKey(node, key);
  if (key === "target_shape") return targetShape(field, node);
  if (value === null || value === undefined) return key === "merge_mode" ? unknownKey(node, key) : undefined;
  if (optionOf(type, optionName(type, key)) === undefined) return value === false ? undefined : unknownKey(node, key);
  if (Array.isArray(value)) {
    const { type: kind, maxItems = 8 } = optionOf(type, optionName(type, key))!;
    // Keras has a list of one where a spec has a number, such as the kernel_size of conv1d.
    if (value.length === 1 && kind !== "array") return plain(field.at(0));
    if (value.length > Number(maxItems)) field.fail(`has ${value.length} values`);
    return field.list().map(plain);
  }
  return plain(field);
}

function plain(field: Field): unknown {
  const { value } = field;
  if (isMap(value) || Array.isArray(value)) field.fail(`is ${shortJson(value)}, which no option of a layer is`);
  return value;
}

function inputShapeOf({ shape, inputShape }: LayerSource): readonly (number | null)[] | undefined {
  return shape?.() ?? inputShape;
}

/** Axes count from the batch. */
function isLastAxis(value: unknown, node: LayerSource): boolean {
  const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return axis === -1 || axis === inputShapeOf(node)?.length;
}

function targetShape(field: Field, node: LayerSource): number[] {
  const shape = field.list().map((size) => (size.value === -1 ? -1 : size.whole(1)));
  if (!shape.includes(-1)) return shape;
  const input = inputShapeOf(node);
  if (input === undefined || input.includes(null)) {
    return field.fail(
      `is ${shortJson(shape)}, and the file does not say of what shape`,
      "state all sizes of the shape",
    );
  }
  const size = (input as number[]).reduce((product, n) => product * n, 1);
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return shape.map((n) => (n === -1 ? size / known : n));
}
