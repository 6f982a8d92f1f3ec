import { type FeaturesOf, fromSamples, type SampleShape, toSamples } from "./batch-major.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { likeInput, type ReshapedOutput } from "./reshaping.ts";
import type { Features } from "./sequence.ts";

export interface ReshapeOptions<S extends SampleShape = SampleShape> {
  /** [F] or [T, F]; of frames [R, C, F] or [T, R, C, F]; without -1 */
  readonly targetShape: S;
}

/** The values of a sample in another shape; their order is that of Keras, all features of step 0 first. */
export function reshapeForward<X extends Features, S extends SampleShape>(
  x: X,
  { targetShape }: ReshapeOptions<S>,
): ReshapedOutput<X, FeaturesOf<S>> {
  return { y: fromSamples(toSamples(x), targetShape), x };
}

export function reshapeBackward<X extends Features, S extends SampleShape, G extends boolean>(
  dy: FeaturesOf<S>,
  { x }: ReshapedOutput<X, FeaturesOf<S>>,
  _options: ReshapeOptions<S>,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => likeInput(dy, x)) };
}
