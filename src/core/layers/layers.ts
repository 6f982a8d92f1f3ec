import { activation } from "./activation.ts";
import { add } from "./add.ts";
import { additiveAttention } from "./additive-attention.ts";
import { attention } from "./attention.ts";
import { average } from "./average.ts";
import { averagePooling1d } from "./average-pooling1d.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { bidirectional } from "./bidirectional.ts";
import { concatenate } from "./concatenate.ts";
import { convLstm2d } from "./conv-lstm2d.ts";
import { conv1d } from "./conv1d.ts";
import type { LayerDefinition, LayerType } from "./definition.ts";
import { dense } from "./dense.ts";
import { dot } from "./dot.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { gaussianDropout } from "./gaussian-dropout.ts";
import { gaussianNoise } from "./gaussian-noise.ts";
import { globalAveragePooling1d } from "./global-average-pooling1d.ts";
import { globalMaxPooling1d } from "./global-max-pooling1d.ts";
import { gru } from "./gru.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { lstm } from "./lstm.ts";
import { masking } from "./masking.ts";
import { maxPooling1d } from "./max-pooling1d.ts";
import { maximum } from "./maximum.ts";
import { minimum } from "./minimum.ts";
import { multiply } from "./multiply.ts";
import { normalization } from "./normalization.ts";
import { permute } from "./permute.ts";
import { prelu } from "./prelu.ts";
import { repeatVector } from "./repeat-vector.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { simpleRNN } from "./simple-rnn.ts";
import { spatialDropout1d } from "./spatial-dropout1d.ts";
import { subtract } from "./subtract.ts";
import { timeDistributed } from "./time-distributed.ts";

/** Every layer type, in the order of the schema: the compiler does not build where one is missing. */
export const LAYERS: { readonly [T in LayerType]: LayerDefinition<T> } = {
  lstm,
  gru,
  simpleRNN,
  bidirectional,
  timeDistributed,
  dense,
  embedding,
  masking,
  dropout,
  spatialDropout1d,
  gaussianNoise,
  gaussianDropout,
  layerNormalization,
  batchNormalization,
  normalization,
  rescaling,
  convLstm2d,
  conv1d,
  maxPooling1d,
  averagePooling1d,
  globalMaxPooling1d,
  globalAveragePooling1d,
  flatten,
  reshape,
  permute,
  repeatVector,
  activation,
  leakyRelu,
  prelu,
  concatenate,
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  dot,
  attention,
  additiveAttention,
};

export const LAYER_TYPES = Object.keys(LAYERS) as readonly LayerType[];

export function layerDefinition<T extends LayerType>(type: T): LayerDefinition<T> {
  return LAYERS[type] as LayerDefinition<T>;
}
