import { filled, type Initializer } from "./initializer.ts";

export function randomNormalWith(mean: number, stddev: number): Initializer {
  return (shape, random) => filled(shape, (i) => mean + random.normal(i) * stddev);
}

export const randomNormal: Initializer = randomNormalWith(0, 0.05);
