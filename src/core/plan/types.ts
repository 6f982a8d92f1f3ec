import type { LayerOptions, LayerType, ParameterDefinition } from "../layers/definition.ts";
import type { ArraysPlan } from "../sources/arrays.ts";
import type { CsvPlan } from "../sources/csv.ts";
import type { DigitsPlan } from "../sources/digits.ts";
import type { IdxPlan } from "../sources/idx.ts";
import type { MnistPlan } from "../sources/mnist.ts";
import type { TablePlan } from "../sources/table.ts";
import type { TextPlan } from "../sources/text.ts";
import type { DatasetInput, DatasetTargets, Shape } from "../spec/dataset.ts";
import type { LossPlan, MetricPlan } from "./training.ts";

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

/** Where validation samples come from: those of the test, files of their own, or a share of the training samples: the last, or drawn. */
export type ValidationPlan = "test" | "files" | { readonly fraction: number; readonly seed: number | undefined };

export interface DatasetPlanBase {
  readonly specLine: number;
  readonly inputs: readonly DatasetInput[];
  readonly targets: DatasetTargets;
  /** Training samples where the spec alone decides them. */
  readonly trainSamples: number | undefined;
  readonly validation: ValidationPlan;
}

export type DatasetPlan = DatasetPlanBase &
  (MnistPlan | DigitsPlan | IdxPlan | CsvPlan | TablePlan | TextPlan | ArraysPlan);

/** A learning rate: one number, or a function of the steps taken so far. Fields are those of the spec, none left out. */
export type LearningRatePlan =
  | { readonly schedule: "constant"; readonly learningRate: number }
  | {
      readonly schedule: "exponentialDecay" | "inverseTimeDecay";
      readonly initialLearningRate: number;
      readonly decaySteps: number;
      readonly decayRate: number;
      readonly staircase: boolean;
    }
  | {
      readonly schedule: "cosineDecay";
      readonly initialLearningRate: number;
      readonly decaySteps: number;
      readonly alpha: number;
      readonly warmup: { readonly target: number; readonly steps: number } | undefined;
    }
  | {
      readonly schedule: "cosineDecayRestarts";
      readonly initialLearningRate: number;
      readonly firstDecaySteps: number;
      readonly tMul: number;
      readonly mMul: number;
      readonly alpha: number;
    }
  | {
      readonly schedule: "polynomialDecay";
      readonly initialLearningRate: number;
      readonly decaySteps: number;
      readonly endLearningRate: number;
      readonly power: number;
      readonly cycle: boolean;
    }
  | {
      readonly schedule: "piecewiseConstant";
      readonly boundaries: readonly number[];
      readonly values: readonly number[];
    };

interface OptimizerPlanBase {
  readonly specLine: number;
  readonly learningRate: LearningRatePlan;
  /** The legacy decay: the rate is divided by 1 + decay · steps. 0 beside a schedule. */
  readonly decay: number;
  /** Decoupled: every step takes learningRate · weightDecay of each weight away. */
  readonly weightDecay: number;
  readonly clipping: { readonly type: "clipNorm" | "clipValue" | "globalClipNorm"; readonly limit: number } | undefined;
  /** Running averages of the weights; they replace the weights every so many steps, or at the end only. */
  readonly ema: { readonly momentum: number; readonly overwriteFrequency: number | undefined } | undefined;
  /** What is kept for each trainable weight, by name, in the order of a checkpoint. */
  readonly slots: readonly string[];
}

/** What tells one update rule from another, under the names of Keras. */
export type OptimizerRule =
  | { readonly type: "sgd"; readonly momentum: number; readonly nesterov: boolean }
  | {
      readonly type: "adam" | "adamw";
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly amsgrad: boolean;
    }
  | { readonly type: "nadam" | "adamax"; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | {
      readonly type: "rmsprop";
      readonly rho: number;
      readonly momentum: number;
      readonly epsilon: number;
      readonly centered: boolean;
    }
  | { readonly type: "adagrad"; readonly initialAccumulatorValue: number; readonly epsilon: number }
  | { readonly type: "adadelta"; readonly rho: number; readonly epsilon: number };

export type OptimizerPlan = OptimizerPlanBase & OptimizerRule;

export interface TrainingPlan {
  /** With `fusion` the last layer's softmax or sigmoid is computed with the loss, from the logits. */
  readonly loss: LossPlan;
  readonly metrics: readonly MetricPlan[];
  /** Factor of each class in the loss; undefined where all count alike. */
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
  /** The optimizer's slots: see OptimizerPlan. */
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
  readonly optimizer: OptimizerPlan;
  readonly training: TrainingPlan;
  readonly cost: CostPlan;
}
