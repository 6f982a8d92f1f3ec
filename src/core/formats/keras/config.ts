import type { Initializer } from "../../layers/definition.ts";
import type { Config, Dialect } from "../../layers/exchange.ts";
import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan, ParameterPlan } from "../../plan/types.ts";
import type { Constraint, Regularizer } from "../../spec/types.ts";
import { snakeCase } from "./names.ts";

/** A layer as both serialise it: config keys are snake_case. */
export interface SerializedLayer {
  readonly class_name: string;
  readonly config: Config;
}

/** A layer with every option, initialisers, regularisers and constraints included. */
export function serializeLayer(layer: LayerPlan, dialect: Dialect): SerializedLayer {
  const { name, type, options, trainable, inputShapes } = layer;
  const place = { name, trainable, inputShapes };
  const { config, ...rest } = serialize(type, options as object as Config, place, dialect);
  return { ...rest, config: dialect === "keras" ? config : withoutWideIdentities(config, layer) };
}

/** What a layer of a functional model is called with beside its inputs. */
export function callOptions({ type, options }: LayerPlan): object {
  const { callOptions: names = {} } = layerDefinition(type).keras;
  const given = Object.entries(names).filter(([option]) => (options as object as Config)[option] === true);
  return Object.fromEntries(given.map(([, name]) => [name, true]));
}

/** TensorFlow.js has the identity for square matrices alone, and makes initial weights even where it loads others. */
export function isWideIdentity({ initializer, shape }: ParameterPlan): boolean {
  const type = typeof initializer === "string" ? initializer : initializer.type;
  return type === "identity" && shape[0] !== shape[1];
}

function withoutWideIdentities(
  config: SerializedLayer["config"],
  { parameters }: LayerPlan,
): SerializedLayer["config"] {
  const keys = parameters.filter(isWideIdentity).map(({ name }) => {
    const weight = name.split("/").at(-1)!;
    return `${weight === "recurrentKernel" ? "recurrent" : weight}_initializer`;
  });
  const zeros = Object.fromEntries(keys.map((key) => [key, "zeros"]));
  const inner = config.layer as SerializedLayer | undefined;
  return inner === undefined
    ? { ...config, ...zeros }
    : { ...config, layer: { ...inner, config: { ...inner.config, ...zeros } } };
}

function serialize(
  type: LayerPlan["type"],
  options: Config,
  place: Pick<LayerPlan, "name" | "trainable" | "inputShapes">,
  dialect: Dialect,
): SerializedLayer {
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
  const older = new Map(dialect === "tfjs" ? Object.entries(olderKeys).map(([key, option]) => [option, key]) : []);
  for (const [key, value] of Object.entries(options)) {
    if (key === "layer" || Object.hasOwn(called, key)) continue; // they stand elsewhere
    config[older.get(key) ?? snakeCase(key)] = serializeOption(key, value, dialect);
  }
  // A stateful layer would need a fixed batch size; the program too starts every prediction without a state.
  if ("stateful" in options) config.stateful = false;
  Object.assign(config, fixed, extra?.(options, dialect, inputShapes));
  const inner = options.layer as ({ type: LayerPlan["type"] } & Config) | undefined;
  if (inner !== undefined) {
    const { type: innerType, ...innerOptions } = inner;
    const prefix = dialect === "keras" ? innerPrefix : "";
    const innerPlace = { ...place, name: `${prefix}${name}_${snakeCase(innerType)}` };
    config.layer = serialize(innerType, innerOptions, innerPlace, dialect);
  }
  return { class_name: className, config };
}

function serializeOption(key: string, value: unknown, dialect: Dialect): unknown {
  if (key === "activation" || key === "recurrentActivation") return activationName(String(value), dialect);
  if (key.endsWith("Initializer")) return serializeInitializer(value as Initializer, dialect);
  if (key.endsWith("Regularizer")) return regularizer((value ?? {}) as Regularizer);
  if (key.endsWith("Constraint")) return constraint(value as Constraint | undefined);
  return value;
}

function serializeInitializer(initializer: Initializer, dialect: Dialect): unknown {
  if (typeof initializer === "string") {
    const name = snakeCase(initializer);
    return dialect === "tfjs" ? name.replace("lecun", "le_cun") : name;
  }
  const { type, ...options } = initializer;
  const config = Object.fromEntries(
    Object.entries(options).map(([key, option]) => [key, typeof option === "string" ? snakeCase(option) : option]),
  );
  const class_name = type.charAt(0).toUpperCase() + type.slice(1);
  if (dialect === "keras") return { module: "keras.initializers", class_name, config, registered_name: null };
  // tf.layers calls its truncated normal "normal", and has no other.
  if (type === "varianceScaling" && initializer.distribution !== "uniform") config.distribution = "normal";
  return { class_name, config };
}

/** Both know hard_sigmoid; that of Keras is relu6(x + 3) / 6, that of tf.layers clip(0.2 x + 0.5, 0, 1). */
function activationName(name: string, dialect: Dialect): string {
  if (name === "hardSigmoid02") return "hard_sigmoid";
  if (name === "geluNew" && dialect === "keras") return "gelu";
  return snakeCase(name);
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
