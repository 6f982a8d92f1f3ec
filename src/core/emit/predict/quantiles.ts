import type { Plan } from "../../plan/types.ts";
import { literal } from "../text.ts";

/** The quantiles that a model estimates of each step of a forecast; undefined where it gives one value. */
export type Quantiles = readonly number[] | undefined;

export function severalQuantiles({ training: { loss } }: Plan): Quantiles {
  return loss.type === "quantile" && loss.quantiles.length > 1 ? loss.quantiles : undefined;
}

/** QUANTILES, where there are several. */
export function quantilesConstant(quantiles: Quantiles): string {
  return quantiles === undefined
    ? ""
    : `/** Of each step of a forecast. */\nexport const QUANTILES = ${literal(quantiles)} as const;\n`;
}

/** The type `Forecast`. */
export function forecastType(quantiles: Quantiles): string {
  return `/** The values of the next steps, in the units of the data${quantiles === undefined ? "" : ": QUANTILES of each"}. */
export type Forecast = readonly ${quantiles === undefined ? "number" : "(readonly number[])"}[];`;
}

/** A Forecast of `own`, the outputs of one window. */
export function forecastOf(quantiles: Quantiles): string {
  return quantiles === undefined
    ? "own"
    : "Array.from({ length: TARGETS }, (_, step) => own.slice(step * QUANTILES.length, (step + 1) * QUANTILES.length))";
}
