import type { LayerOptions, LayerType } from "../layers/definition.ts";
import { buildGraph, layerOptions } from "../layers/graph.ts";
import type { Source } from "../load/load.ts";
import { planDataset } from "../sources/sources.ts";
import type { ModelSpec } from "../spec/types.ts";
import { planOptimizer } from "./optimizer.ts";
import { planClassWeight, planLoss, planMetric } from "./training.ts";
import type { CostPlan, LayerPlan, Plan } from "./types.ts";

const FLOAT32_BYTES = 4;

/** Resolves a checked spec: shapes, parameters, names, lines and costs. Throws nothing for a spec that `validate` accepted. */
export function plan(spec: ModelSpec, source: Source): Plan {
  const line = (pointer: string): number => source.position(pointer, "key").line;
  const layers = planLayers(spec, (index) => source.position(`/layers/${index}`).line);
  const dataset = planDataset(spec.dataset, {
    specLine: line("/dataset"),
    seed: spec.training.seed!,
    consecutive: layers.some(carriesState),
  });
  const optimizer = planOptimizer(spec.optimizer, line("/optimizer"));
  const training = spec.training;
  const last = layers.at(-1)!;
  const head = {
    activation: headActivation(last),
    units: last.outputShape.at(-1)!,
    masked: last.outputShape.length === 2 && last.outputMask !== undefined,
    targets: dataset.targets,
  };
  const trainingLine = (key: string): number =>
    Object.hasOwn((source.value as { training: object }).training, key) ? line(`/training/${key}`) : line("/training");
  return {
    name: spec.name,
    description: spec.description ?? "",
    specVersion: spec.specVersion,
    specSha256: source.sha256,
    dataset,
    layers,
    optimizer,
    training: {
      loss: planLoss(training.loss, head),
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

/** Activation of the last layer, on which the loss may be fused. */
function headActivation({ type, options }: LayerPlan): string {
  const { activation, ...rest } = (type === "timeDistributed" ? options.layer : options) as { activation?: string };
  // Recurrent layers have an activation inside their cell, not on the output.
  return "returnSequences" in rest ? "linear" : (activation ?? "linear");
}

/** Whether a layer starts each batch from the state in which the one before it ended. */
function carriesState({ options }: LayerPlan): boolean {
  const inner: object = "layer" in options ? options.layer : options;
  return "stateful" in inner && inner.stateful === true;
}

function planLayers(spec: ModelSpec, line: (index: number) => number): LayerPlan[] {
  return buildGraph(spec, line).nodes.map((node, index) => {
    const { name, layer, definition, inputs, inputShapes, outputShape, inputMasks, outputMask } = node;
    const options = withResolvedStrides(layerOptions(layer));
    const trainable = !("trainable" in layer) || layer.trainable !== false;
    const parameters = definition.parameters(options, inputShapes).map((parameter) => ({
      ...parameter,
      trainable: parameter.trainable && trainable,
      count: parameter.shape.reduce((product, n) => product * n, 1),
    }));
    return {
      name,
      type: layer.type,
      specLine: line(index),
      inputs,
      inputShapes,
      outputShape,
      inputMasks,
      outputMask,
      trainable,
      options,
      parameters,
      parameterCount: parameters.reduce((sum, { count }) => sum + count, 0),
      flopsPerSample: definition.flops(options, inputShapes, outputShape),
      keptValues: definition.kept(options, inputShapes, outputShape),
    } as LayerPlan;
  });
}

/** Pooling windows follow one another unless the spec says otherwise. */
function withResolvedStrides(options: LayerOptions<LayerType>): LayerOptions<LayerType> {
  const { poolSize, strides } = options as { poolSize?: number; strides?: number };
  return poolSize !== undefined && strides === undefined ? { ...options, strides: poolSize } : options;
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
