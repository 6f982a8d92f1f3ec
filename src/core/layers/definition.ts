import type { Shape } from "../spec/dataset.ts";
import type { Constraint, InitializerMap, InitializerName, Layer, Regularizer } from "../spec/types.ts";

export type LayerType = Layer["type"];

/** The keys of a layer beside what places it in the graph, every default filled in. */
export type LayerOptions<T extends LayerType> = Required<
  Omit<Extract<Layer, { type: T }>, "type" | "name" | "inputs" | "trainable">
>;

type Complete<T> = T extends unknown ? Required<T> : never;

/** A name, or a map with every option. */
export type Initializer = InitializerName | Complete<InitializerMap>;

/** One weight of a layer. */
export interface ParameterDefinition {
  /** As the kernels name it; "forward/kernel" inside a bidirectional layer. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
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

/** What a layer type is: the inputs it takes, its output, weights and costs. Shapes are per sample. */
export interface LayerDefinition<O> {
  /** Ids, sequences ([timesteps, features]), vectors ([features]), or vectors and sequences alike. */
  readonly reads: "ids" | "sequence" | "vector" | "any";
  /** How many inputs it takes. */
  readonly inputs: { readonly least: number; readonly most: number };
  readonly mask: MaskRule;
  /** Called with inputs of the right number and kind. */
  outputShape(options: O, inputs: readonly Shape[]): Shape | ShapeProblem;
  parameters(options: O, inputs: readonly Shape[]): ParameterDefinition[];
  /** Floating-point operations of one sample's forward pass; a multiplication and an addition are two. */
  flops(options: O, inputs: readonly Shape[], output: Shape): number;
  /** Values per sample that the forward pass keeps for the backward pass. */
  kept(options: O, inputs: readonly Shape[], output: Shape): number;
}

export const ONE_INPUT = { least: 1, most: 1 } as const;

export function size(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function timestepsOf(shape: Shape): number {
  return shape.length === 2 ? shape[0]! : 1;
}

export function featuresOf(shape: Shape): number {
  return shape.at(-1)!;
}

export function isProblem(value: Shape | ShapeProblem): value is ShapeProblem {
  return "problem" in value;
}

type WeightOptions = {
  readonly [key: `${string}Initializer`]: Initializer;
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
