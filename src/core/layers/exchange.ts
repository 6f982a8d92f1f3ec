import type { Shape } from "../spec/dataset.ts";

/** Whose words a file has: they differ in spellings, in defaults, and in what hard_sigmoid means. */
export type Dialect = "keras3" | "keras2" | "tfjs";

/** Keys of a layer in a file, in snake_case. */
export type Config = Readonly<Record<string, unknown>>;

/** How Keras and TensorFlow.js write a layer in files. Config keys are the options in snake_case. */
export interface KerasLayer {
  readonly className: string;
  /** Paths of its weights inside its group of a .weights.h5 file, for their names in order. Without: vars/0, vars/1 … */
  weightPaths?(names: readonly string[]): string[];
  /** Keras calls it with the mask of its input. */
  readonly takesMask?: boolean;
  /** How many operations one after the other compute the mask that it makes: nodes of Keras's graph. */
  readonly maskOperations?: number;
  /** Its class takes no argument `trainable`. */
  readonly isUntrainable?: boolean;
  /** Options that stand in the call, not in the config, by their names there. */
  readonly callOptions?: Readonly<Record<string, string>>;
  /** Config keys that are no options, with the only value that computes what the layer here computes. */
  readonly fixed?: Config;
  /** Options by the keys that Keras 2 and TensorFlow.js have for them, where Keras 3 has others. */
  readonly olderKeys?: Readonly<Record<string, string>>;
  /** What the config has beside the options and instead of some; undefined takes a key out. */
  extra?(options: Config, dialect: Dialect, inputs: readonly Shape[]): Config;
  /** Config keys that a file may leave out, but no spec, and what to do where one does. */
  readonly needed?: Readonly<Record<string, string>>;
  /** Options that a file leaves out and takes for granted, where the default here is another. */
  implied?(config: Config, dialect: Dialect): Config;
  /** What the name of the layer inside begins with in Keras. */
  readonly innerPrefix?: string;
  /** The config key of a second layer inside, which must equal the first but for its direction. */
  readonly secondLayer?: string;
  /** Other classes that are this layer with the options given here: what their keys may be, and what they mean. */
  readonly aliases?: Readonly<Record<string, Alias>>;
}

export interface Alias {
  /** Values of the keys that matter; a key that is missing has the first. */
  readonly keys: Readonly<Record<string, readonly unknown[]>>;
  /** Changes its numbers where a mask comes with its input. */
  readonly usesMask?: boolean;
  options(keys: Config): Readonly<Record<string, unknown>>;
}

/** A layer in its place, as TensorFlow.js calls it. */
export interface MaskedCall<O> {
  readonly options: O;
  readonly outputShape: Shape;
  /** For each input the layer that made the mask which came with it in training. */
  readonly inputMasks: readonly (string | undefined)[];
  /** The mask with which TensorFlow.js calls it: the layer that made it, or what merging made of it. */
  readonly loaded: string | undefined;
}

/** What TensorFlow.js 4.22 cannot load of a layer, or computes differently. */
export interface TensorFlowJsLayer<O> {
  /** It has no such layer. */
  readonly isMissing?: boolean;
  /** Its output has no mask, whatever the layer's has here. */
  readonly dropsMask?: boolean;
  warnings?(options: O, output: Shape): string[];
  maskWarnings?(call: MaskedCall<O>): string[];
  /** Of a layer that combines masks: a step counts that counts in all of them, here one that counts in any. */
  readonly combinesMasks?: "all";
}
