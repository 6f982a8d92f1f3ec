import { layerDefinition } from "../layers/layers.ts";
import { datasetTargets } from "../sources/sources.ts";
import type { DatasetTargets } from "../spec/dataset.ts";
import type { Layer, ModelSpec } from "../spec/types.ts";
import { definitionOfTargets } from "../tasks/targets.ts";
import { sharesOutput } from "../tasks/tasks.ts";
import { outputActivation, type WorkingLayer, working } from "./parts.ts";
import { type LossOptions, lossOptions, quantileCount } from "./training.ts";

/**
 * How many values a model gives per sample or timestep: one for each class, number or quantile of a number.
 * @returns undefined where the spec does not say how many classes there are
 */
export function outputUnits(targets: DatasetTargets, loss: LossOptions): number | undefined {
  if (definitionOfTargets(targets).output === "class") return targets.classes;
  return targets.shape.at(-1)! * quantileCount(loss);
}

/** The spec with the units of the last layer, where it leaves them to the targets. */
export function withOutputUnits(spec: ModelSpec): ModelSpec {
  const last = spec.layers.at(-1)!;
  if (!lacksUnits(working(last))) return spec;
  const targets = datasetTargets(spec.dataset);
  const loss = lossOptions(spec.training.loss);
  // A sigmoid gives the probability of the second of two classes.
  const isSingle =
    sharesOutput(spec.dataset, targets) &&
    loss.type === "binaryCrossentropy" &&
    outputActivation(working(last)) !== "softmax";
  const units = isSingle ? 1 : outputUnits(targets, loss);
  return units === undefined ? spec : { ...spec, layers: [...spec.layers.slice(0, -1), withUnits(last, units)] };
}

/** Whether a layer that has units does not say how many. */
export function lacksUnits(layer: WorkingLayer): boolean {
  return layerDefinition(layer.type).schema.options.units !== undefined && !("units" in layer);
}

function withUnits(layer: Layer, units: number): Layer {
  return ("layer" in layer ? { ...layer, layer: { units, ...layer.layer } } : { units, ...layer }) as Layer;
}
