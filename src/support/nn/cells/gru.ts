import type { RecurrentKernel } from "../bidirectional.ts";
import { type GruForward, type GruOptions, type GruState, type GruWeights, gruBackward, gruForward } from "../gru.ts";

/** For the layer that runs it in both directions. */
export const GRU: RecurrentKernel<GruWeights, GruOptions, GruState, GruForward> = {
  forward: gruForward,
  backward: gruBackward,
};
