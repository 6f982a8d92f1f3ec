import type { Plan } from "../plan/types.ts";
import { commentText } from "./text.ts";

/** What every emitted file may need to know. */
export interface EmitContext {
  readonly plan: Plan;
  /** The spec's path relative to the generated folder, posix. */
  readonly specPath: string;
  /** What `computeGradients` differentiates. */
  readonly derivative: Derivative;
}

/**
 * Training programs differentiate training with respect to the weights. Checks against reference numbers also ask for the
 * inference pass (no dropout, moving statistics) and for the gradients of the inputs.
 */
export interface Derivative {
  readonly of: "training" | "inference";
  readonly inputGradient: boolean;
}

export const TRAINING: Derivative = { of: "training", inputGradient: false };

/** Samples at once where nothing is trained: with 250 the reference model took 240 MB more. */
export const INFERENCE_BATCH_SIZE = 100;

/** "mnist-lstm.yaml:12": how comments in the generated code point at the spec. */
export function specLine({ specPath }: EmitContext, line: number): string {
  return `${commentText(specPath.slice(specPath.lastIndexOf("/") + 1))}:${line}`;
}
