import { heldOutCount } from "../../support/data/splits.ts";
import { literal, objectLiteral } from "../literal.ts";
import type { ValidationPlan } from "../plan/types.ts";
import type { Source } from "../spec/types.ts";
import type { SourceDefinition } from "./source.ts";

/**
 * Where the validation samples come from.
 * @param seed training.seed
 * @param consecutive samples continue one another, so that they cannot be drawn from between others
 */
export function planValidation(
  dataset: Source,
  source: SourceDefinition,
  { seed, consecutive }: { readonly seed: number; readonly consecutive: boolean },
): ValidationPlan {
  if (source.hasValidationFiles?.(dataset)) return "files";
  const given = dataset.validation!;
  if (given === "test") return "test";
  const heldOut = typeof source.heldOut === "string" ? source.heldOut : source.heldOut(dataset);
  return { fraction: given, seed: heldOut === "drawn" && !consecutive ? seed : undefined };
}

/** How many of the samples for training are left for it. */
export function leftForTraining(samples: number, validation: ValidationPlan): number {
  return typeof validation === "string" ? samples : samples - heldOutCount(samples, validation.fraction);
}

/** The option of a loader. */
export function validationOption(validation: ValidationPlan): string {
  if (typeof validation === "string") return `validation: ${literal(validation)}`;
  const { fraction, seed } = validation;
  const entries = [`fraction: ${literal(fraction)}`, ...(seed === undefined ? [] : [`seed: ${literal(seed)}`])];
  return `validation: ${objectLiteral(entries)}`;
}

/** A sentence for the model card and the report. */
export function describeValidation(validation: ValidationPlan): string {
  if (validation === "test") {
    return "the test samples. No samples are left that nobody has looked at: what is chosen by valLoss is chosen by the test.";
  }
  if (validation === "files") return "samples in files of their own. The test samples are looked at once, at the end.";
  const { fraction, seed } = validation;
  const share = `${Number((100 * fraction).toPrecision(12))} % of the training samples`;
  const which = seed === undefined ? "the last" : `drawn with seed ${seed}`;
  return `${share}, ${which}, held out of all fitting. The test samples are looked at once, at the end.`;
}
