import type { ResolvedInitializer } from "../../layers/definition.ts";
import type { Config, Dialect } from "../../layers/exchange.ts";
import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan } from "../../plan/types.ts";
import type { Constraint, Regularizer } from "../../spec/types.ts";
import { snakeCase } from "./names.ts";

/** A layer as both serialise it: config keys are snake_case. */
export interface SerializedLayer {
  readonly class_name: string;
  readonly config: Config;
}

type InitializerOptions = Exclude<ResolvedInitializer, string>;

/** What Keras 3 and the formats after it spell each in their own way. */
export interface Spelling {
  readonly dialect: Dialect;
  activation(name: string): string;
  /** In: the name in snake_case. */
  namedInitializer(name: string): string;
  initializer(initializer: InitializerOptions): object;
}

export const KERAS_3: Spelling = {
  dialect: "keras3",
  activation: (name) => (name === "geluNew" ? "gelu" : activationName(name)),
  namedInitializer: (name) => name,
  initializer: (initializer) => ({
    module: "keras.initializers",
    ...initializerConfig(initializer),
    registered_name: null,
  }),
};

/** A layer with every option, initialisers, regularisers and constraints included. */
export function serializeLayer(layer: LayerPlan, spelling: Spelling): SerializedLayer {
  const { name, type, options, trainable, inputShapes } = layer;
  return serialize(type, options as object as Config, { name, trainable, inputShapes }, spelling);
}

/** Each has its own hard_sigmoid: that of Keras 3 is relu6(x + 3) / 6, the others' clip(0.2 x + 0.5, 0, 1). */
export function activationName(name: string): string {
  return name === "hardSigmoid02" ? "hard_sigmoid" : snakeCase(name);
}

export function initializerConfig({ type, ...options }: InitializerOptions): { class_name: string; config: Config } {
  const config = Object.fromEntries(
    Object.entries(options).map(([key, option]) => [key, typeof option === "string" ? snakeCase(option) : option]),
  );
  return { class_name: type.charAt(0).toUpperCase() + type.slice(1), config };
}

/** What a layer of a functional model is called with beside its inputs. */
export function callOptions({ type, options }: LayerPlan): object {
  const { callOptions: names = {} } = layerDefinition(type).keras;
  const given = Object.entries(names).filter(([option]) => (options as object as Config)[option] === true);
  return Object.fromEntries(given.map(([, name]) => [name, true]));
}

function serialize(
  type: LayerPlan["type"],
  options: Config,
  place: Pick<LayerPlan, "name" | "trainable" | "inputShapes">,
  spelling: Spelling,
): SerializedLayer {
  const { dialect } = spelling;
  const { name, trainable, inputShapes } = place;
  const {
    className,
    isUntrainable,
    fixed,
    extra,
    olderKeys = {},
    callOptions: called = {},
    innerPrefix = "",
  } = layerDefinition(type).keras;
  const config: Record<string, unknown> = isUntrainable ? { name } : { name, trainable };
  config.dtype = "float32";
  const older = new Map(dialect === "keras3" ? [] : Object.entries(olderKeys).map(([key, option]) => [option, key]));
  for (const [key, value] of Object.entries(options)) {
    if (key === "layer" || Object.hasOwn(called, key)) continue; // they stand elsewhere
    config[older.get(key) ?? snakeCase(key)] = serializeOption(key, value, spelling);
  }
  // A stateful layer would need a fixed batch size; the program too starts every prediction without a state.
  if ("stateful" in options) config.stateful = false;
  Object.assign(config, fixed, extra?.(options, dialect, inputShapes));
  const inner = options.layer as ({ type: LayerPlan["type"] } & Config) | undefined;
  if (inner !== undefined) {
    const { type: innerType, ...innerOptions } = inner;
    const prefix = dialect === "keras3" ? innerPrefix : "";
    const innerPlace = { ...place, name: `${prefix}${name}_${snakeCase(innerType)}` };
    config.layer = serialize(innerType, innerOptions, innerPlace, spelling);
  }
  return { class_name: className, config };
}

function serializeOption(key: string, value: unknown, spelling: Spelling): unknown {
  if (key === "activation" || key === "recurrentActivation") return spelling.activation(String(value));
  if (key.endsWith("Initializer")) return serializeInitializer(value as ResolvedInitializer, spelling);
  if (key.endsWith("Regularizer")) return regularizer((value ?? {}) as Regularizer);
  if (key.endsWith("Constraint")) return constraint(value as Constraint | undefined);
  return value;
}

function serializeInitializer(initializer: ResolvedInitializer, spelling: Spelling): unknown {
  return typeof initializer === "string"
    ? spelling.namedInitializer(snakeCase(initializer))
    : spelling.initializer(initializer);
}

function regularizer({ l1 = 0, l2 = 0 }: Regularizer): object | null {
  return l1 === 0 && l2 === 0 ? null : { class_name: "L1L2", config: { l1, l2 } };
}

const CONSTRAINTS = { maxNorm: "MaxNorm", nonNeg: "NonNeg", unitNorm: "UnitNorm", minMaxNorm: "MinMaxNorm" } as const;

function constraint(value: Constraint | undefined): object | null {
  if (value === undefined || value.type === "none") return null;
  const { type, ...options } = value;
  return {
    class_name: CONSTRAINTS[type],
    config: Object.fromEntries(Object.entries(options).map(([key, option]) => [snakeCase(key), option])),
  };
}
