import type { LoadedSpec } from "../load/load.ts";
import type { ModelSpec } from "../spec/types.ts";
import type { GraphProblem } from "./graph.ts";
import type { OutputValues } from "./output-values.ts";
import type { LayerPart } from "./parts.ts";
import type { LossOptions } from "./training.ts";
import type { DatasetPlan, LayerPlan, OptimizerPlan } from "./types.ts";

/** A spec that fits the schema, resolved as far as that goes. Rules judge it; a plan is made of it where they find no error. */
export interface Draft {
  /** As it was given, every default filled in, the units of the last layer included. */
  readonly spec: ModelSpec;
  readonly source: LoadedSpec;
  readonly dataset: DatasetPlan;
  /** Of each layer of the spec what does its work: itself, or the layer that it wraps. */
  readonly parts: readonly LayerPart[];
  /** One for each layer of the spec; undefined where it does not fit what it reads, or that is not known. */
  readonly layers: readonly (LayerPlan | undefined)[];
  /** Why layers do not fit together. */
  readonly problems: readonly GraphProblem[];
  /** The last layer; undefined where some layer does not fit. */
  readonly output: LayerPlan | undefined;
  /** What the last layer gives; undefined where no activation decides it, or that is not known. */
  readonly outputValues: OutputValues | undefined;
  readonly optimizer: OptimizerPlan;
  readonly loss: LossOptions;
}
