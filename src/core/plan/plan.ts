import { buildGraph, layerOptions } from "../layers/graph.ts";
import { layerDefinition } from "../layers/layers.ts";
import type { Source } from "../load/load.ts";
import { datasetInputs, datasetTargets } from "../spec/dataset.ts";
import type { ModelSpec } from "../spec/types.ts";
import { planOptimizer } from "./optimizer.ts";
import { planClassWeight, planLoss, planMetric } from "./training.ts";
import type { CostPlan, DatasetPlan, LayerPlan, Plan } from "./types.ts";

const FLOAT32_BYTES = 4;

/** Resolves a checked spec: shapes, parameters, names, lines and costs. Throws nothing for a spec that `validate` accepted. */
export function plan(spec: ModelSpec, source: Source): Plan {
  const line = (pointer: string): number => source.position(pointer, "key").line;
  const dataset = planDataset(spec, line("/dataset"));
  const layers = planLayers(spec, (index) => source.position(`/layers/${index}`).line);
  const optimizer = planOptimizer(spec.optimizer, line("/optimizer"));
  const training = spec.training;
  const last = layers.at(-1)!;
  const head = {
    activation: layerDefinition(last.type).outputActivation?.(last.options) ?? "linear",
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

function planDataset(spec: ModelSpec, specLine: number): DatasetPlan {
  const dataset = spec.dataset;
  const common = {
    specLine,
    inputs: datasetInputs(dataset),
    targets: datasetTargets(dataset),
    trainSamples: undefined,
  };
  switch (dataset.type) {
    case "mnist":
      return { ...common, type: "mnist", scale: dataset.scale!, trainSamples: 60_000 };
    case "digits":
      return {
        ...common,
        type: "digits",
        scale: dataset.scale!,
        trainSamples: dataset.trainSamples!,
        testSamples: dataset.testSamples!,
        seed: dataset.seed!,
      };
    case "idx":
      return {
        ...common,
        type: "idx",
        scale: dataset.scale!,
        trainImages: dataset.trainImages,
        trainLabels: dataset.trainLabels,
        testImages: dataset.testImages,
        testLabels: dataset.testLabels,
      };
    case "csv":
      return {
        ...common,
        type: "csv",
        path: dataset.path,
        target: dataset.target,
        features: dataset.features ?? [dataset.target],
        testFraction: dataset.testFraction!,
        scaling: dataset.scaling!,
        time: dataset.time,
        timeFormat: dataset.timeFormat,
        order: dataset.order!,
        season: dataset.season,
      };
    case "text":
      return {
        ...common,
        type: "text",
        path: dataset.path,
        testFraction: dataset.testFraction!,
        encoding: dataset.encoding!,
      };
    case "arrays": {
      const { inputs, targets, sampleWeights } = dataset;
      return {
        ...common,
        type: "arrays",
        inputFiles: inputs.map(({ train, test, scale }) => ({ train, test, scale: scale! })),
        targetFiles: { train: targets.train, test: targets.test },
        weightFiles: sampleWeights && { train: sampleWeights.train, test: sampleWeights.test },
      };
    }
  }
}

function planLayers(spec: ModelSpec, line: (index: number) => number): LayerPlan[] {
  return buildGraph(spec, line).nodes.map((node, index) => {
    const { name, layer, definition, inputs, inputShapes, outputShape, inputMasks, outputMask } = node;
    const given = layerOptions(layer);
    const options = definition.resolve?.(given) ?? given;
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
