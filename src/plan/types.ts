import type { LayerOptions, LayerType, ParameterDefinition } from "../layers/definition.ts";
import type { DatasetInput, DatasetTargets, Shape } from "../spec/dataset.ts";
import type { Loss, Metric } from "../spec/types.ts";

export type { DatasetInput, DatasetTargets, Shape } from "../spec/dataset.ts";

export interface ParameterPlan extends ParameterDefinition {
  readonly count: number;
}

interface LayerPlanBase {
  /** A unique identifier: the spec's `name`, or the type and a number. */
  readonly name: string;
  /** 1-based line of the layer in the spec. */
  readonly specLine: number;
  /** Names of the layers or model inputs that it reads. */
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** For each input, the layer that made the mask which comes with it. */
  readonly inputMasks: readonly (string | undefined)[];
  readonly outputMask: string | undefined;
  /** False keeps the weights as they are. */
  readonly trainable: boolean;
  readonly parameters: readonly ParameterPlan[];
  readonly parameterCount: number;
  /** Floating-point operations of one sample's forward pass; a multiplication and an addition are two. */
  readonly flopsPerSample: number;
  /** Values that the forward pass keeps for the backward pass, per sample. */
  readonly keptValues: number;
}

/** A layer with every option filled in. */
export type LayerPlan<T extends LayerType = LayerType> = {
  readonly [K in T]: LayerPlanBase & { readonly type: K; readonly options: LayerOptions<K> };
}[T];

interface DatasetPlanBase {
  readonly specLine: number;
  readonly inputs: readonly DatasetInput[];
  readonly targets: DatasetTargets;
  /** Training samples where the spec alone decides them. */
  readonly trainSamples: number | undefined;
}

export type DatasetPlan = DatasetPlanBase &
  (
    | { readonly type: "mnist"; readonly scale: number }
    | { readonly type: "digits"; readonly scale: number; readonly testSamples: number; readonly seed: number }
    | {
        readonly type: "idx";
        readonly scale: number;
        readonly trainImages: string;
        readonly trainLabels: string;
        readonly testImages: string;
        readonly testLabels: string;
      }
    | {
        readonly type: "csv";
        readonly path: string;
        readonly target: string;
        readonly features: readonly string[];
        readonly testFraction: number;
        readonly scaling: "standard" | "minMax" | "none";
      }
    | {
        readonly type: "text";
        readonly path: string;
        readonly testFraction: number;
        readonly encoding: "oneHot" | "ids";
      }
    | {
        readonly type: "arrays";
        /** Of each of `inputs`, in the same order. */
        readonly inputFiles: readonly { readonly train: string; readonly test: string; readonly scale: number }[];
        readonly targetFiles: { readonly train: string; readonly test: string };
        readonly weightFiles: { readonly train: string; readonly test: string | undefined } | undefined;
      }
  );

export interface AdamPlan {
  readonly type: "adam";
  readonly specLine: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
}

export interface TrainingPlan {
  readonly loss: Loss;
  /** The last layer's softmax or sigmoid is computed with the loss, from the logits. */
  readonly fusedHead: boolean;
  readonly metrics: readonly Metric[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly lines: Readonly<Record<"loss" | "metrics" | "epochs" | "batchSize" | "shuffle" | "seed", number>>;
}

/** What training costs, from the shapes alone. Bytes are of float32 values. */
export interface CostPlan {
  readonly parameterCount: number;
  /** Forward pass of one sample. */
  readonly flopsPerSample: number;
  /** Forward, backward and weight gradients of one sample: three times the forward pass. */
  readonly trainingFlopsPerSample: number;
  readonly weightBytes: number;
  /** Kept from the forward pass for the backward pass, one batch. */
  readonly activationBytes: number;
  /** Both moments of Adam. */
  readonly optimizerBytes: number;
}

/** Everything that the emitter needs, every default filled in and every shape known. Plain data. */
export interface Plan {
  readonly name: string;
  readonly description: string;
  readonly specVersion: 1;
  /** SHA-256 of the spec's bytes, hex. */
  readonly specSha256: string;
  readonly dataset: DatasetPlan;
  readonly layers: readonly LayerPlan[];
  readonly optimizer: AdamPlan;
  readonly training: TrainingPlan;
  readonly cost: CostPlan;
}
