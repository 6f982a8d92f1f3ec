import { filled, type InitializerFunction } from "./initializer.ts";

export function randomNormalWith(mean: number, stddev: number): InitializerFunction {
  return (shape, random) => filled(shape, (i) => mean + random.normal(i) * stddev);
}

export const randomNormal: InitializerFunction = randomNormalWith(0, 0.05);
