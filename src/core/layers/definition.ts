import type { Choice } from "../schema/definitions.ts";
import type { Values } from "../spec/activations.ts";
import type { Shape } from "../spec/dataset.ts";
import type { Activation, Constraint, InitializerMap, InitializerName, Layer, Regularizer } from "../spec/types.ts";
import type { KernelCall } from "./call.ts";
import type { KerasLayer, TensorFlowJsLayer } from "./exchange.ts";
import type { LayerSchema } from "./schema.ts";

export { featuresOf, hasFrames, isSequence, placesOf, size, timestepsOf, vectorsOf } from "../spec/shapes.ts";

export type LayerType = Layer["type"];

/** The keys of a layer beside what places it in the graph, every default filled in. */
export type LayerOptions<T extends LayerType> = Required<
  Omit<Extract<Layer, { type: T }>, "type" | "name" | "inputs" | "trainable">
>;

/** Of a type that the spec's TypeScript types do not know, whatever its schema lets pass. */
export type OptionsOf<T extends string> = T extends LayerType ? LayerOptions<T> : Readonly<Record<string, unknown>>;

type Complete<T> = T extends unknown ? Required<T> : never;

/** A name, or a map with every option. */
export type ResolvedInitializer = InitializerName | Complete<InitializerMap>;

/** One weight of a layer. */
export interface ParameterDefinition {
  /** As the kernels name it; "forward/kernel" inside a bidirectional layer. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: ResolvedInitializer;
  /** The bias of an LSTM starts at one for the forget gate. */
  readonly unitForgetBias: boolean;
  /** False for statistics that are kept, not trained. */
  readonly trainable: boolean;
  readonly regularizer: Required<Regularizer>;
  readonly constraint: Constraint;
}

/** Why inputs do not fit a layer. */
export interface ShapeProblem {
  readonly problem: string;
  readonly fix: string;
  /** The layer's key that is to blame. */
  readonly key?: string;
}

/** What becomes of the mask that comes with a layer's input. */
export type MaskRule =
  /** The layer makes one. */
  | "makes"
  /** The layer does not look at it and hands it on. */
  | "passes"
  /** The layer skips masked timesteps, and hands the mask on where it returns a sequence. */
  | "uses"
  /** The layer makes one of those of all its inputs. */
  | "combines"
  /** The layer ignores it, and its output has none. */
  | "drops";

/** The cell of a recurrent layer, which the kernel of a bidirectional one runs in both directions. */
export interface RecurrentCell {
  /** What its kernel's functions are called after; a constant of its module stands for it: SIMPLE_RNN. */
  readonly name: string;
  readonly gates: number;
  /** Names of its state's tensors, [B, units] each. */
  readonly states: readonly string[];
}

/** A layer that runs another one, which its option `layer` describes. */
export interface Wrapping {
  /** The choice of inner layers: its name in the schema, and what the schema says of it. */
  readonly choice: Choice;
  /** What it can wrap. */
  readonly layers: readonly Pick<LayerDefinition<string, never>, "type" | "schema" | "keras" | "inputs">[];
  /** The shape that the inner layer reads. */
  innerShape(input: Shape): Shape;
  /** Runs its layer twice, once in each of these directions, each with weights and states of its own. */
  readonly directions?: readonly string[];
}

/**
 * All that is particular to a layer type. Shapes are per sample; options have every default filled in. Functions read
 * their arguments and nothing else.
 */
export interface LayerDefinition<T extends string = LayerType, O = OptionsOf<T>> {
  /** Its name in a spec. */
  readonly type: T;
  readonly schema: LayerSchema;

  /**
   * Ids; vectors ([features]); sequences of them ([timesteps, features]); either of both; sequences of frames ([timesteps, rows, columns,
   * channels]); or whatever is made of vectors, frames included, of which each place is a vector of channels.
   */
  readonly reads: "ids" | "vector" | "sequence" | "vectors" | "frames" | "any";
  /** Of a layer that reads ids the option that says how many different ones there are. */
  readonly idsOption?: keyof O & string;
  /** How many inputs it takes. */
  readonly inputs: { readonly least: number; readonly most: number };
  readonly mask: MaskRule;
  /** Of a layer that makes a mask whether it does so with these options; without this function always. */
  makesMask?(options: O): boolean;
  /** Of a layer that combines masks whether it joins them along time; without this function a step counts that counts in any. */
  joinsMasks?(options: O): boolean;
  /** Called with inputs of the right number and kind. */
  outputShape(options: O, inputs: readonly Shape[]): Shape | ShapeProblem;
  parameters(options: O, inputs: readonly Shape[]): ParameterDefinition[];
  /** Floating-point operations of one sample's forward pass; a multiplication and an addition are two. */
  flops(options: O, inputs: readonly Shape[], output: Shape): number;
  /** Values per sample that the forward pass keeps for the backward pass. */
  kept(options: O, inputs: readonly Shape[], output: Shape): number;
  /** Fills in options whose defaults depend on others. */
  resolve?(options: O): O;

  /** The activation that it applies last and to its output alone, so that a loss may take it over; without this function none. */
  outputActivation?(options: O): Activation;
  /** What it hands on of the values that it reads: all, in another order or shape; averages, which lie between them; the largest. */
  readonly handsOn?: "values" | "averages" | "largest";
  /** Of a layer that hands values on whether its last axis is that of its input; without this function where it is as long. */
  keepsLastAxis?(options: O, input: Shape): boolean;
  /** Of a layer that runs another one in two directions what it makes of the values that each of them gives. */
  mergedValues?(options: O, values: Values): Values;
  /** It changes values while training only. */
  readonly isNoise?: boolean;

  /** Of a layer that goes through the timesteps one by one with a state. */
  readonly cell?: RecurrentCell;
  readonly wraps?: Wrapping;

  /** Options that tell layers of this type apart, in the order in which people expect them. */
  readonly shown: readonly (keyof O & string)[];

  /** The kernel that the generated program calls. */
  call(options: O): KernelCall;
  /** What differs where the layer runs on each timestep for itself, inside a timeDistributed one. */
  readonly perTimestep?: Partial<KernelCall>;

  readonly keras: KerasLayer;
  readonly tensorflowJs?: TensorFlowJsLayer<O>;
}

/** Defines a layer type. The options are those of the spec's type; those of another type are named: `defineLayer<"mine", MyOptions>`. */
export function defineLayer<const T extends string, O = OptionsOf<T>>(
  definition: LayerDefinition<T, NoInfer<O>>,
): LayerDefinition<T, O> {
  return definition;
}

export const ONE_INPUT = { least: 1, most: 1 } as const;

export function isProblem(value: Shape | ShapeProblem): value is ShapeProblem {
  return "problem" in value;
}

type WeightOptions = {
  readonly [key: `${string}Initializer`]: ResolvedInitializer;
  readonly [key: `${string}Regularizer`]: Regularizer;
  readonly [key: `${string}Constraint`]: Constraint;
};

/** A weight whose initialiser, regulariser and constraint the options name by `key`: kernelInitializer … */
export function parameter(
  options: object,
  key: string,
  name: string,
  shape: Shape,
  rest: { readonly unitForgetBias?: boolean; readonly trainable?: boolean } = {},
): ParameterDefinition {
  const of = options as WeightOptions;
  const { l1 = 0, l2 = 0 } = of[`${key}Regularizer`] ?? {};
  return {
    name,
    shape,
    initializer: of[`${key}Initializer`]!,
    unitForgetBias: rest.unitForgetBias ?? false,
    trainable: rest.trainable ?? true,
    regularizer: { l1, l2 },
    constraint: of[`${key}Constraint`] ?? { type: "none" },
  };
}
