import type * as tf from "@tensorflow/tfjs-core";
import type { RecurrentKernel } from "../bidirectional.ts";
import {
  type LstmForward,
  type LstmOptions,
  type LstmState,
  type LstmWeights,
  lstmBackward,
  lstmForward,
} from "../lstm.ts";

/** For the layer that runs it in both directions. */
export const LSTM: RecurrentKernel<LstmWeights<tf.Tensor1D, tf.Tensor2D>, LstmOptions, LstmState, LstmForward> = {
  forward: lstmForward,
  backward: lstmBackward,
};
