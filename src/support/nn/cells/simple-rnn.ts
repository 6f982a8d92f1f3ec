import type { RecurrentKernel } from "../bidirectional.ts";
import {
  type SimpleRnnForward,
  type SimpleRnnOptions,
  type SimpleRnnState,
  type SimpleRnnWeights,
  simpleRnnBackward,
  simpleRnnForward,
} from "../simple-rnn.ts";

/** For the layer that runs it in both directions. */
export const SIMPLE_RNN: RecurrentKernel<SimpleRnnWeights, SimpleRnnOptions, SimpleRnnState, SimpleRnnForward> = {
  forward: simpleRnnForward,
  backward: simpleRnnBackward,
};
