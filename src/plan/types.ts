import type { Activation, DenseActivation, Initializer } from "../spec/types.ts";
import type { LossPlan, MetricPlan } from "./training.ts";

/** A shape per sample: [features] or [timesteps, features]. The batch axis is never part of it. */
export type Shape = readonly number[];

/** One weight of a layer, as it is named in the generated code. */
export interface ParameterPlan {
  readonly name: "kernel" | "recurrentKernel" | "bias";
  readonly shape: Shape;
  readonly count: number;
  readonly initializer: Initializer;
  /** The bias of an LSTM starts at one for the forget gate. */
  readonly unitForgetBias: boolean;
}

interface LayerPlanBase {
  /** A unique identifier: the spec's `name`, or the type and a number. */
  readonly name: string;
  /** 1-based line of the layer in the spec. */
  readonly specLine: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterPlan[];
  readonly parameterCount: number;
  /** Floating-point operations of one sample's forward pass; a multiplication and an addition are two. */
  readonly flopsPerSample: number;
}

export interface LstmPlan extends LayerPlanBase {
  readonly type: "lstm";
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly unitForgetBias: boolean;
  readonly returnSequences: boolean;
}

export interface DensePlan extends LayerPlanBase {
  readonly type: "dense";
  readonly units: number;
  readonly activation: DenseActivation;
  readonly useBias: boolean;
}

export interface DropoutPlan extends LayerPlanBase {
  readonly type: "dropout";
  readonly rate: number;
}

export type LayerPlan = LstmPlan | DensePlan | DropoutPlan;

interface DatasetPlanBase {
  readonly specLine: number;
  /** [timesteps, features] */
  readonly inputShape: Shape;
  /** Classes of the labels, or undefined where the targets are numbers. */
  readonly classes: number | undefined;
  /** Numbers to predict per sample: 1 label, or the horizon of a forecast. */
  readonly targets: number;
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
    | { readonly type: "text"; readonly path: string; readonly testFraction: number }
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
  readonly loss: LossPlan;
  readonly metrics: readonly MetricPlan[];
  /** Weight of every class in the loss; undefined where all count alike. */
  readonly classWeight: readonly number[] | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly lines: Readonly<
    Record<"loss" | "metrics" | "classWeight" | "epochs" | "batchSize" | "shuffle" | "seed", number>
  >;
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
