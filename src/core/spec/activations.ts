import type { Activation } from "./types.ts";

/** The numbers between which something lies. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What numbers that a layer gives have in common. */
export interface Values extends Interval {
  /** Whether those of each sample, or of each timestep, are shares that sum to 1. */
  readonly isDistribution: boolean;
}

const range = (low: number, high: number): Interval => ({ low, high });

/** Where the outputs of each activation lie. */
export const RANGES: Readonly<Record<Activation, Interval>> = {
  tanh: range(-1, 1),
  softsign: range(-1, 1),
  sigmoid: range(0, 1),
  hardSigmoid: range(0, 1),
  hardSigmoid02: range(0, 1),
  softmax: range(0, 1),
  relu6: range(0, 6),
  relu: range(0, Infinity),
  softplus: range(0, Infinity),
  exponential: range(0, Infinity),
  elu: range(-1, Infinity),
  selu: range(-1.7581, Infinity),
  gelu: range(-0.17, Infinity),
  geluNew: range(-0.1701, Infinity),
  swish: range(-0.2785, Infinity),
  mish: range(-0.3089, Infinity),
  linear: range(-Infinity, Infinity),
};

export function isBounded({ low, high }: Interval): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}

/** Whether numbers can be probabilities, or gates. */
export function isFrom0To1({ low, high }: Interval): boolean {
  return low >= 0 && high <= 1;
}
