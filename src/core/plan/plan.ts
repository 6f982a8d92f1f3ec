import type { LoadedSpec } from "../load/load.ts";
import { planDataset } from "../sources/sources.ts";
import { isSequence } from "../spec/shapes.ts";
import type { ModelSpec } from "../spec/types.ts";
import type { Draft } from "./draft.ts";
import { buildGraph } from "./graph.ts";
import { planLayer } from "./layers.ts";
import { planOptimizer } from "./optimizer.ts";
import { withOutputUnits } from "./output-units.ts";
import { outputValues } from "./output-values.ts";
import { isStateful, layerParts } from "./parts.ts";
import { lossOptions, planClassWeight, planLoss, planMetric } from "./training.ts";
import type { CostPlan, LayerPlan, Plan } from "./types.ts";

const FLOAT32_BYTES = 4;

/**
 * Resolves a spec that fits the schema, as far as that goes: what the rules judge, and what a plan is made of. Throws nothing for any
 * such spec.
 */
export function draftPlan(given: ModelSpec, source: LoadedSpec): Draft {
  const spec = withOutputUnits(given);
  const line = (pointer: string): number => source.position(pointer, "key").line;
  const layerLine = (index: number): number => source.position(`/layers/${index}`).line;
  const parts = layerParts(spec.layers);
  const { nodes, problems } = buildGraph(spec, layerLine);
  const placed = new Map(nodes.map((node) => [node.index, node]));
  const layers = spec.layers.map((_, index) => {
    const node = placed.get(index);
    return node && planLayer(node, layerLine(index));
  });
  const indexOf = new Map(nodes.map(({ name, index }) => [name, index]));
  return {
    spec,
    source,
    dataset: planDataset(spec.dataset, {
      specLine: line("/dataset"),
      seed: spec.training.seed!,
      // A stateful layer starts each batch from the state in which the one before it ended.
      consecutive: parts.some(({ layer }) => isStateful(layer)),
    }),
    parts,
    layers,
    problems,
    output: layers.every((layer) => layer !== undefined) ? layers.at(-1) : undefined,
    outputValues: outputValues(spec.layers.length - 1, spec.layers, placed, indexOf),
    optimizer: planOptimizer(spec.optimizer, line("/optimizer")),
    loss: lossOptions(spec.training.loss),
  };
}

/** The plan of a draft in which no rule found an error. */
export function completePlan(draft: Draft): Plan {
  const { spec, source, dataset, optimizer, outputValues: values } = draft;
  const layers = draft.layers.filter((layer) => layer !== undefined);
  const training = spec.training;
  const last = layers.at(-1)!;
  const isOwn = values !== undefined && values.index === layers.length - 1 && values.of === "output";
  const head = {
    activation: isOwn ? values.activation : undefined,
    units: last.outputShape.at(-1)!,
    masked: isSequence(last.outputShape) && last.outputMask !== undefined,
    targets: dataset.targets,
  };
  const trainingLine = (key: string): number =>
    source.position(
      Object.hasOwn((source.value as { training: object }).training, key) ? `/training/${key}` : "/training",
      "key",
    ).line;
  return {
    name: spec.name,
    description: spec.description ?? "",
    specVersion: spec.specVersion,
    specSha256: source.sha256,
    dataset,
    layers,
    optimizer,
    training: {
      loss: planLoss(draft.loss, head),
      metrics: training.metrics!.map((metric) => planMetric(metric, head)),
      classWeight: planClassWeight(training, dataset),
      epochs: training.epochs!,
      batchSize: training.batchSize!,
      shuffle: training.shuffle!,
      seed: training.seed!,
      lines: {
        loss: trainingLine("loss"),
        metrics: trainingLine("metrics"),
        classWeight: trainingLine("classWeight"),
        epochs: trainingLine("epochs"),
        batchSize: trainingLine("batchSize"),
        shuffle: trainingLine("shuffle"),
        seed: trainingLine("seed"),
      },
    },
    cost: planCost(layers, training.batchSize!, optimizer.slots.length),
  };
}

function planCost(layers: readonly LayerPlan[], batchSize: number, slots: number): CostPlan {
  const sum = (value: (layer: LayerPlan) => number): number => layers.reduce((s, layer) => s + value(layer), 0);
  const parameterCount = sum((layer) => layer.parameterCount);
  const flopsPerSample = sum((layer) => layer.flopsPerSample);
  return {
    parameterCount,
    flopsPerSample,
    trainingFlopsPerSample: 3 * flopsPerSample,
    weightBytes: parameterCount * FLOAT32_BYTES,
    activationBytes: sum((layer) => layer.keptValues) * batchSize * FLOAT32_BYTES,
    optimizerBytes: slots * parameterCount * FLOAT32_BYTES,
  };
}
