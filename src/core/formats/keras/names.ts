import type { LayerType } from "../../layers/definition.ts";

/** The class of Keras, and of tf.layers where it has one, for every layer type. */
export const CLASS_NAMES: { readonly [T in LayerType]: string } = {
  lstm: "LSTM",
  gru: "GRU",
  simpleRNN: "SimpleRNN",
  bidirectional: "Bidirectional",
  timeDistributed: "TimeDistributed",
  dense: "Dense",
  embedding: "Embedding",
  masking: "Masking",
  dropout: "Dropout",
  spatialDropout1d: "SpatialDropout1D",
  gaussianNoise: "GaussianNoise",
  gaussianDropout: "GaussianDropout",
  layerNormalization: "LayerNormalization",
  batchNormalization: "BatchNormalization",
  conv1d: "Conv1D",
  maxPooling1d: "MaxPooling1D",
  averagePooling1d: "AveragePooling1D",
  globalMaxPooling1d: "GlobalMaxPooling1D",
  globalAveragePooling1d: "GlobalAveragePooling1D",
  flatten: "Flatten",
  reshape: "Reshape",
  permute: "Permute",
  repeatVector: "RepeatVector",
  activation: "Activation",
  concatenate: "Concatenate",
  add: "Add",
  subtract: "Subtract",
  multiply: "Multiply",
  average: "Average",
  maximum: "Maximum",
  minimum: "Minimum",
  dot: "Dot",
  attention: "Attention",
  additiveAttention: "AdditiveAttention",
};

/** "recurrentKernel" → "recurrent_kernel" */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** "recurrent_kernel" → "recurrentKernel" */
export function camelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
