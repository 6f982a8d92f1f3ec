// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.

/**
 * Where the samples come from; `type` selects the kind.
 */
export type Dataset = MnistDataset | DigitsDataset | IdxDataset | CsvDataset | TextDataset | ArraysDataset;
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
 * How weights are updated; `type` selects the rule.
 */
export type Optimizer = AdamOptimizer;
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
  /**
   * What the model reads of a character: oneHot, a row of the vocabulary's size; ids, its index, for an embedding layer.
   */
  encoding?: "oneHot" | "ids";
}
/**
 * Arrays of your own in NumPy's .npy files (or .npy.gz), found in the folder that --data names; the first axis counts the samples.
 */
export interface ArraysDataset {
  /**
   * NumPy arrays.
   */
  type: "arrays";
  /**
   * What the model reads, in order; each input has its files.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: ArrayInput[];
  targets: ArrayTargets;
  sampleWeights?: ArraySampleWeights;
}
/**
 * One input of the model: floats, or token ids where `vocabularySize` is given.
 */
export interface ArrayInput {
  /**
   * Name of the input, an identifier in the generated code.
   */
  name?: string;
  /**
   * Shape of one sample: [timesteps, features], or [features] without time; [timesteps] of token ids.
   *
   * @minItems 1
   * @maxItems 2
   */
  shape: number[];
  /**
   * Given for token ids, integers in 0..vocabularySize-1 for an embedding layer.
   */
  vocabularySize?: number;
  /**
   * Values are divided by this number; 255 brings pixels into 0..1. Unit: value.
   */
  scale?: number;
  /**
   * File of the training samples.
   */
  train: string;
  /**
   * File of the test samples.
   */
  test: string;
}
/**
 * What the model learns to give.
 */
export interface ArrayTargets {
  /**
   * labels: integers 0..classes-1; oneHot: a row of `classes` probabilities; numbers: `features` numbers to regress; binary: `features` numbers in 0..1.
   */
  encoding: "labels" | "oneHot" | "numbers" | "binary";
  /**
   * Given for labels and oneHot: the number of classes.
   */
  classes?: number;
  /**
   * Numbers per target, for numbers and binary. Default: 1.
   */
  features?: number;
  /**
   * Given where a sample has one target per timestep. Unit: timesteps.
   */
  timesteps?: number;
  /**
   * File of the training targets: [samples], [samples, size], or with timesteps [samples, timesteps(, size)].
   */
  train: string;
  /**
   * File of the test targets.
   */
  test: string;
}
/**
 * How much each sample counts in the loss.
 */
export interface ArraySampleWeights {
  /**
   * File of the weights of the training samples, [samples].
   */
  train: string;
  /**
   * File of the weights of the test samples. Default: all count alike.
   */
  test?: string;
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
 * Adam (Kingma & Ba 2015).
 */
export interface AdamOptimizer {
  /**
   * Adam.
   */
  type: "adam";
  /**
   * Step size.
   */
  learningRate?: number;
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
