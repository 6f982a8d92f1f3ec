// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.

/**
 * Where the samples come from; `type` selects the kind.
 */
export type Dataset = MnistDataset | DigitsDataset | IdxDataset | CsvDataset | TextDataset;
/**
 * One layer; `type` is the name of the tf.layers function.
 */
export type Layer = LstmLayer | DenseLayer | DropoutLayer;
/**
 * An elementwise activation, as in Keras 3.
 */
export type Activation =
  | "tanh"
  | "relu"
  | "sigmoid"
  | "hardSigmoid"
  | "linear"
  | "elu"
  | "selu"
  | "gelu"
  | "softplus"
  | "softsign"
  | "swish"
  | "mish";
/**
 * How weights start, as in Keras 3; the numbers come from the training seed.
 */
export type Initializer =
  | "glorotUniform"
  | "glorotNormal"
  | "heUniform"
  | "heNormal"
  | "lecunUniform"
  | "lecunNormal"
  | "orthogonal"
  | "zeros"
  | "ones"
  | "randomUniform"
  | "randomNormal"
  | "truncatedNormal";
/**
 * An activation of a dense layer, as in Keras 3.
 */
export type DenseActivation =
  | "tanh"
  | "relu"
  | "sigmoid"
  | "hardSigmoid"
  | "linear"
  | "elu"
  | "selu"
  | "gelu"
  | "softplus"
  | "softsign"
  | "swish"
  | "mish"
  | "softmax";
/**
 * How weights are updated; `type` selects the rule. Rules and defaults are those of Keras 3.
 */
export type Optimizer =
  | SgdOptimizer
  | AdamOptimizer
  | AdamwOptimizer
  | NadamOptimizer
  | AdamaxOptimizer
  | RmspropOptimizer
  | AdagradOptimizer
  | AdadeltaOptimizer;
/**
 * A constant learning rate, or a schedule by training steps, counted from 0.
 */
export type LearningRate = number | LearningRateSchedule;
/**
 * How the learning rate changes over the training steps; `schedule` selects the formula.
 */
export type LearningRateSchedule =
  | ExponentialDecaySchedule
  | InverseTimeDecaySchedule
  | CosineDecaySchedule
  | CosineDecayRestartsSchedule
  | PolynomialDecaySchedule
  | PiecewiseConstantSchedule;
/**
 * What is minimised, averaged over samples.
 */
export type Loss = "sparseCategoricalCrossentropy" | "meanSquaredError" | "meanAbsoluteError";
/**
 * A metric, averaged over samples.
 */
export type Metric = "accuracy" | "meanAbsoluteError" | "meanSquaredError";

/**
 * A model spec of lstm-compile: dataset, layers, optimizer and training of one model.
 */
export interface ModelSpec {
  /**
   * Version of this format. Specs of version 1 stay valid for all 1.x compilers.
   */
  specVersion: 1;
  /**
   * Name of the model and of its folder in generated/: lower-case words joined by hyphens.
   */
  name: string;
  /**
   * What the model is for, in one or two sentences; goes into the model card.
   */
  description?: string;
  dataset: Dataset;
  /**
   * The layers in order, from the input to the output.
   *
   * @minItems 1
   * @maxItems 64
   */
  layers: Layer[];
  optimizer: Optimizer;
  training: Training;
}
/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 pixels, each row one timestep.
 */
export interface MnistDataset {
  /**
   * MNIST, from --data, the cache or a download.
   */
  type: "mnist";
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * Generated images of digits, 28×28 pixels: no files and no network.
 */
export interface DigitsDataset {
  /**
   * Digits drawn by code.
   */
  type: "digits";
  /**
   * Training images to generate. Unit: samples.
   */
  trainSamples?: number;
  /**
   * Test images to generate. Unit: samples.
   */
  testSamples?: number;
  /**
   * Seed of the drawing.
   */
  seed?: number;
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * Images and labels in IDX files, plain or .gz, found in the folder that --data names; each image row is one timestep.
 */
export interface IdxDataset {
  /**
   * IDX files.
   */
  type: "idx";
  /**
   * File of the training images.
   */
  trainImages: string;
  /**
   * File of the training labels.
   */
  trainLabels: string;
  /**
   * File of the test images.
   */
  testImages: string;
  /**
   * File of the test labels.
   */
  testLabels: string;
  /**
   * Rows of an image: the timesteps. Unit: pixels.
   */
  rows: number;
  /**
   * Columns of an image: the features of a timestep. Unit: pixels.
   */
  columns: number;
  /**
   * Number of classes; labels are 0..classes-1.
   */
  classes: number;
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * A time series in a CSV file with a header row, cut into windows; the test part is the end of the series.
 */
export interface CsvDataset {
  /**
   * A CSV file.
   */
  type: "csv";
  /**
   * The file, inside the folder that --data names (or the current one).
   */
  path: string;
  /**
   * Column to forecast.
   */
  target: string;
  /**
   * Columns that the model reads. Default: the target alone.
   *
   * @minItems 1
   * @maxItems 1000
   */
  features?: string[];
  /**
   * Rows that the model reads before it forecasts. Unit: timesteps.
   */
  lookback: number;
  /**
   * Rows that it forecasts. Unit: timesteps.
   */
  horizon?: number;
  /**
   * Share of the rows, at the end, kept for testing.
   */
  testFraction?: number;
  /**
   * How columns are scaled, fitted on the training part only.
   */
  scaling?: "standard" | "minMax" | "none";
}
/**
 * A text file read by characters: the model predicts the next one.
 */
export interface TextDataset {
  /**
   * A UTF-8 text file.
   */
  type: "text";
  /**
   * The file, inside the folder that --data names (or the current one).
   */
  path: string;
  /**
   * Characters that the model reads before the one it predicts. Unit: timesteps.
   */
  timesteps: number;
  /**
   * Size of the vocabulary: the most frequent characters, and one slot for all others.
   */
  vocabularySize?: number;
  /**
   * Share of the text, at the end, kept for testing.
   */
  testFraction?: number;
}
/**
 * Long short-term memory over the timesteps.
 */
export interface LstmLayer {
  /**
   * LSTM.
   */
  type: "lstm";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates.
   */
  useBias?: boolean;
  /**
   * Start the forget gate's bias at one (Jozefowicz et al. 2015).
   */
  unitForgetBias?: boolean;
  /**
   * Return the output of every timestep instead of the last one only.
   */
  returnSequences?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
}
/**
 * A fully connected layer; on a sequence it is applied to each timestep alike.
 */
export interface DenseLayer {
  /**
   * Fully connected.
   */
  type: "dense";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: DenseActivation;
  /**
   * Add a bias.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
}
/**
 * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
 */
export interface DropoutLayer {
  /**
   * Dropout.
   */
  type: "dropout";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Stochastic gradient descent, with momentum if wanted.
 */
export interface SgdOptimizer {
  /**
   * SGD.
   */
  type: "sgd";
  learningRate?: LearningRate;
  /**
   * Share of the last update that is kept.
   */
  momentum?: number;
  /**
   * Look ahead along the momentum (Nesterov).
   */
  nesterov?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Exponential decay: initialLearningRate · decayRate^(step / decaySteps).
 */
export interface ExponentialDecaySchedule {
  /**
   * Exponential decay.
   */
  schedule: "exponentialDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps in which the rate is multiplied by decayRate once. Unit: steps.
   */
  decaySteps: number;
  /**
   * Factor of decaySteps steps.
   */
  decayRate: number;
  /**
   * Lower the rate at every multiple of decaySteps instead of at every step.
   */
  staircase?: boolean;
}
/**
 * Inverse time decay: initialLearningRate / (1 + decayRate · step / decaySteps).
 */
export interface InverseTimeDecaySchedule {
  /**
   * Inverse time decay.
   */
  schedule: "inverseTimeDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps in which the divisor grows by decayRate. Unit: steps.
   */
  decaySteps: number;
  /**
   * What the divisor grows by in decaySteps steps.
   */
  decayRate: number;
  /**
   * Lower the rate at every multiple of decaySteps instead of at every step.
   */
  staircase?: boolean;
}
/**
 * Cosine decay: half a cosine from the initial rate (or warmupTarget) down to alpha times it (Loshchilov & Hutter 2017), after a linear warm-up if wanted.
 */
export interface CosineDecaySchedule {
  /**
   * Cosine decay.
   */
  schedule: "cosineDecay";
  /**
   * Learning rate of the first step; with a warm-up it may be 0.
   */
  initialLearningRate: number;
  /**
   * Steps from the highest to the lowest rate, after the warm-up. Unit: steps.
   */
  decaySteps: number;
  /**
   * The lowest rate, as a share of the highest.
   */
  alpha?: number;
  /**
   * Rate that the warm-up reaches, from where the cosine starts. Default: no warm-up.
   */
  warmupTarget?: number;
  /**
   * Steps of the warm-up. Unit: steps.
   */
  warmupSteps?: number;
}
/**
 * Cosine decay with restarts: the rate falls as in cosineDecay and jumps back, again and again (Loshchilov & Hutter 2017).
 */
export interface CosineDecayRestartsSchedule {
  /**
   * Cosine decay with restarts.
   */
  schedule: "cosineDecayRestarts";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps before the first restart. Unit: steps.
   */
  firstDecaySteps: number;
  /**
   * How much longer each period is than the one before.
   */
  tMul?: number;
  /**
   * Height of each restart, as a share of the one before.
   */
  mMul?: number;
  /**
   * The lowest rate, as a share of the highest.
   */
  alpha?: number;
}
/**
 * Polynomial decay: endLearningRate + (initialLearningRate - endLearningRate) · (1 - step / decaySteps)^power.
 */
export interface PolynomialDecaySchedule {
  /**
   * Polynomial decay.
   */
  schedule: "polynomialDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps down to endLearningRate. Unit: steps.
   */
  decaySteps: number;
  /**
   * The rate after decaySteps steps.
   */
  endLearningRate?: number;
  /**
   * Power of the polynomial; 1 is a straight line.
   */
  power?: number;
  /**
   * After decaySteps steps begin anew, with a period that fits the step, instead of staying at endLearningRate.
   */
  cycle?: boolean;
}
/**
 * Piecewise constant: values[i] until step boundaries[i], that step included, and the last value after them.
 */
export interface PiecewiseConstantSchedule {
  /**
   * Piecewise constant.
   */
  schedule: "piecewiseConstant";
  /**
   * Steps after which the rate changes, increasing. Unit: steps.
   *
   * @minItems 1
   * @maxItems 1000
   */
  boundaries: number[];
  /**
   * Rates before, between and after the boundaries: one more than these.
   *
   * @minItems 2
   * @maxItems 1001
   */
  values: number[];
}
/**
 * A running average of the weights (Polyak & Juditsky 1992), which is what is exported.
 */
export interface WeightAverage {
  /**
   * Share of the average that a step keeps.
   */
  momentum?: number;
  /**
   * Every so many steps the weights are set to their averages. Default: at the end of training only. Unit: steps.
   */
  overwriteFrequency?: number;
}
/**
 * Adam (Kingma & Ba 2015).
 */
export interface AdamOptimizer {
  /**
   * Adam.
   */
  type: "adam";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction.
   */
  epsilon?: number;
  /**
   * Divide by the largest running mean so far (Reddi et al. 2018).
   */
  amsgrad?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019).
 */
export interface AdamwOptimizer {
  /**
   * AdamW.
   */
  type: "adamw";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction.
   */
  epsilon?: number;
  /**
   * Divide by the largest running mean so far (Reddi et al. 2018).
   */
  amsgrad?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with Nesterov momentum (Dozat 2016).
 */
export interface NadamOptimizer {
  /**
   * Nadam.
   */
  type: "nadam";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with the infinity norm (Kingma & Ba 2015, section 7).
 */
export interface AdamaxOptimizer {
  /**
   * Adamax.
   */
  type: "adamax";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients.
   */
  beta1?: number;
  /**
   * Decay of the running maximum of the gradients' sizes.
   */
  beta2?: number;
  /**
   * Added to the denominator.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * RMSprop (Tieleman & Hinton 2012).
 */
export interface RmspropOptimizer {
  /**
   * RMSprop.
   */
  type: "rmsprop";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of squared gradients.
   */
  rho?: number;
  /**
   * Share of the last update that is kept.
   */
  momentum?: number;
  /**
   * Added inside the square root of the denominator.
   */
  epsilon?: number;
  /**
   * Divide by the standard deviation of the gradients instead of their root mean square.
   */
  centered?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adagrad (Duchi et al. 2011).
 */
export interface AdagradOptimizer {
  /**
   * Adagrad.
   */
  type: "adagrad";
  learningRate?: LearningRate;
  /**
   * Where the sum of squared gradients starts.
   */
  initialAccumulatorValue?: number;
  /**
   * Added inside the square root of the denominator.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adadelta (Zeiler 2012); the paper's own learning rate is 1.
 */
export interface AdadeltaOptimizer {
  /**
   * Adadelta.
   */
  type: "adadelta";
  learningRate?: LearningRate;
  /**
   * Decay of the running means of squared gradients and updates.
   */
  rho?: number;
  /**
   * Added inside both square roots.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019).
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * How the model is trained.
 */
export interface Training {
  loss: Loss;
  /**
   * What is measured beside the loss.
   *
   * @maxItems 8
   */
  metrics?: Metric[];
  /**
   * Passes over the training samples. Unit: epochs.
   */
  epochs?: number;
  /**
   * Samples per training step. Unit: samples.
   */
  batchSize?: number;
  /**
   * Shuffle the training samples in each epoch.
   */
  shuffle?: boolean;
  /**
   * Root seed of weights, shuffling and dropout.
   */
  seed?: number;
}
