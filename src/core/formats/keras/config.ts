import type { Initializer } from "../../layers/definition.ts";
import { dotAxes } from "../../layers/merge.ts";
import type { LayerPlan, ParameterPlan } from "../../plan/types.ts";
import type { Constraint, Regularizer } from "../../spec/types.ts";
import { CLASS_NAMES, snakeCase } from "./names.ts";

/** Keras 3, or the older format with what tf.layers reads. */
export type Dialect = "keras" | "tfjs";

/** A layer as both serialise it: config keys are snake_case. */
export interface SerializedLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

type Options = Readonly<Record<string, unknown>>;

/** Keys whose value is there for the compiler or stands elsewhere in the serialised layer. */
const LEFT_OUT: ReadonlySet<string> = new Set(["useCausalMask", "layer"]);

/** A layer with every option, initialisers, regularisers and constraints included. */
export function serializeLayer(layer: LayerPlan, dialect: Dialect): SerializedLayer {
  const { config, ...rest } = serialize(layer.type, layer.name, layer.options as Options, layer.trainable, dialect);
  if (dialect === "keras") return { ...rest, config };
  // Of a pair, TensorFlow.js wants both axes counted from the batch.
  const isPair = layer.type === "dot" && typeof layer.options.axes !== "number";
  const axes = isPair ? { axes: dotAxes(layer.options, layer.inputShapes) } : {};
  return { ...rest, config: { ...withoutWideIdentities(config, layer), ...axes } };
}

function attends(type: LayerPlan["type"]): boolean {
  return type === "attention" || type === "additiveAttention";
}

/** What a layer of a functional model is called with beside its inputs. */
export function callOptions({ type, options }: LayerPlan): object {
  return attends(type) && (options as { useCausalMask: boolean }).useCausalMask ? { use_causal_mask: true } : {};
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
  name: string,
  options: Options,
  trainable: boolean,
  dialect: Dialect,
): SerializedLayer {
  // Keras's SpatialDropout1D takes no such argument.
  const config: Record<string, unknown> = type === "spatialDropout1d" ? { name } : { name, trainable };
  if (dialect === "keras" || type !== "embedding") config.dtype = "float32";
  for (const [key, value] of Object.entries(options)) {
    if (!LEFT_OUT.has(key)) config[snakeCase(key)] = serializeOption(key, value, dialect);
  }
  // A stateful layer would need a fixed batch size; the program too starts every prediction without a state.
  if ("stateful" in options) config.stateful = false;
  if (dialect === "tfjs") {
    if (type === "lstm" || type === "gru") config.implementation = 2;
    if (type === "embedding") config.input_length = null;
  }
  if (type === "attention") config.score_mode = "dot";
  if (attends(type)) config.dropout = 0;
  const inner = options.layer as ({ type: LayerPlan["type"] } & Options) | undefined;
  if (inner !== undefined) {
    const { type: innerType, name: _name, inputs: _inputs, ...innerOptions } = inner;
    const { trainable: _trainable, ...rest } = innerOptions as Options & { trainable?: boolean };
    const prefix = type === "bidirectional" && dialect === "keras" ? "forward_" : "";
    config.layer = serialize(innerType, `${prefix}${name}_${snakeCase(innerType)}`, rest, trainable, dialect);
  }
  return { class_name: CLASS_NAMES[type], config };
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
