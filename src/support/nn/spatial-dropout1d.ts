import * as tf from "@tensorflow/tfjs-core";
import { type DropoutOptions, type DropoutOutput, multiplied, multipliedBackward } from "./dropout.ts";
import { dropoutMask } from "./dropout-mask.ts";
import type { GradientRequest, InputGradient } from "./gradients.ts";
import type { Sequence } from "./sequence.ts";
import type { RandomSource } from "./step-random.ts";

/** Dropout that drops a feature of a sample at all steps or at none (Tompson et al. 2015). */
export function spatialDropout1dForward(
  x: Sequence,
  { rate }: DropoutOptions,
  source: RandomSource,
): DropoutOutput<Sequence> {
  const mask = dropoutMask([x.batch, x.features], rate, source);
  return multiplied(x, tf.tile(mask, [x.timesteps, 1]));
}

export function spatialDropout1dBackward<G extends boolean>(
  dy: Sequence,
  forward: DropoutOutput<Sequence>,
  _options: DropoutOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return multipliedBackward(dy, forward, request);
}
