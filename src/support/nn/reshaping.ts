import { fromSamples, sampleShape, toSamples } from "./batch-major.ts";
import type { Features } from "./sequence.ts";

export interface ReshapedOutput<X extends Features, Y extends Features> {
  readonly y: Y;
  readonly x: X;
}

export function likeInput<X extends Features>(dy: Features, x: X): X {
  return fromSamples(toSamples(dy), sampleShape(x)) as Features as X;
}
