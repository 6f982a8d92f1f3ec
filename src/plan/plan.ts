import type { Source } from "../load/load.ts";
import { layerNames } from "../spec/names.ts";
import type { Initializer, Layer, ModelSpec } from "../spec/types.ts";
import { planClassWeight, planLoss, planMetric } from "./training.ts";
import type {
  CostPlan,
  DatasetPlan,
  DensePlan,
  DropoutPlan,
  LayerPlan,
  LstmPlan,
  ParameterPlan,
  Plan,
  Shape,
} from "./types.ts";

const FLOAT32_BYTES = 4;

/** Resolves a checked spec: shapes, parameters, names, lines and costs. Throws nothing for a spec that `validate` accepted. */
export function plan(spec: ModelSpec, source: Source): Plan {
  const line = (pointer: string): number => source.position(pointer, "key").line;
  const dataset = planDataset(spec, line("/dataset"));
  const layers = planLayers(spec.layers, dataset.inputShape, (index) => source.position(`/layers/${index}`).line);
  const training = spec.training;
  const last = layers.at(-1)!;
  const head = {
    activation: "activation" in last ? last.activation : "linear",
    units: last.outputShape.at(-1)!,
    classes: dataset.classes,
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
    optimizer: { ...(spec.optimizer as Required<typeof spec.optimizer>), specLine: line("/optimizer") },
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
    cost: planCost(layers, training.batchSize!),
  };
}

function planDataset(spec: ModelSpec, specLine: number): DatasetPlan {
  const dataset = spec.dataset;
  switch (dataset.type) {
    case "mnist":
      return {
        type: "mnist",
        specLine,
        scale: dataset.scale!,
        inputShape: [28, 28],
        classes: 10,
        targets: 1,
        trainSamples: 60_000,
      };
    case "digits":
      return {
        type: "digits",
        specLine,
        scale: dataset.scale!,
        inputShape: [28, 28],
        classes: 10,
        targets: 1,
        trainSamples: dataset.trainSamples!,
        testSamples: dataset.testSamples!,
        seed: dataset.seed!,
      };
    case "idx":
      return {
        type: "idx",
        specLine,
        scale: dataset.scale!,
        inputShape: [dataset.rows, dataset.columns],
        classes: dataset.classes,
        targets: 1,
        trainSamples: undefined,
        trainImages: dataset.trainImages,
        trainLabels: dataset.trainLabels,
        testImages: dataset.testImages,
        testLabels: dataset.testLabels,
      };
    case "csv": {
      const features = dataset.features ?? [dataset.target];
      return {
        type: "csv",
        specLine,
        inputShape: [dataset.lookback, features.length],
        classes: undefined,
        targets: dataset.horizon!,
        trainSamples: undefined,
        path: dataset.path,
        target: dataset.target,
        features,
        testFraction: dataset.testFraction!,
        scaling: dataset.scaling!,
      };
    }
    case "text":
      return {
        type: "text",
        specLine,
        inputShape: [dataset.timesteps, dataset.vocabularySize!],
        classes: dataset.vocabularySize!,
        targets: 1,
        trainSamples: undefined,
        path: dataset.path,
        testFraction: dataset.testFraction!,
      };
  }
}

function planLayers(layers: readonly Layer[], inputShape: Shape, line: (index: number) => number): LayerPlan[] {
  const names = layerNames(layers);
  const plans: LayerPlan[] = [];
  for (const [index, layer] of layers.entries()) {
    plans.push(planLayer(layer, names[index]!, plans.at(-1)?.outputShape ?? inputShape, line(index)));
  }
  return plans;
}

function parameter(
  name: ParameterPlan["name"],
  shape: Shape,
  initializer: Initializer,
  unitForgetBias = false,
): ParameterPlan {
  return { name, shape, count: shape.reduce((product, n) => product * n, 1), initializer, unitForgetBias };
}

function total(parameters: readonly ParameterPlan[]): number {
  return parameters.reduce((sum, { count }) => sum + count, 0);
}

function planLayer(layer: Layer, name: string, inputShape: Shape, specLine: number): LayerPlan {
  const features = inputShape.at(-1)!;
  const timesteps = inputShape.length === 2 ? inputShape[0]! : 1;
  const common = { name, specLine, inputShape };
  switch (layer.type) {
    case "lstm": {
      const { units } = layer;
      const parameters = [
        parameter("kernel", [features, 4 * units], layer.kernelInitializer!),
        parameter("recurrentKernel", [units, 4 * units], layer.recurrentInitializer!),
      ];
      if (layer.useBias!)
        parameters.push(parameter("bias", [4 * units], layer.biasInitializer!, layer.unitForgetBias!));
      return {
        ...common,
        type: "lstm",
        units,
        activation: layer.activation!,
        recurrentActivation: layer.recurrentActivation!,
        useBias: layer.useBias!,
        unitForgetBias: layer.unitForgetBias!,
        returnSequences: layer.returnSequences!,
        outputShape: layer.returnSequences ? [timesteps, units] : [units],
        parameters,
        parameterCount: total(parameters),
        // Two matmuls into four gates per step, and about 14 elementwise operations per unit.
        flopsPerSample: timesteps * (2 * 4 * units * (features + units) + 14 * units),
      } satisfies LstmPlan;
    }
    case "dense": {
      const { units } = layer;
      const parameters = [parameter("kernel", [features, units], layer.kernelInitializer!)];
      if (layer.useBias!) parameters.push(parameter("bias", [units], layer.biasInitializer!));
      return {
        ...common,
        type: "dense",
        units,
        activation: layer.activation!,
        useBias: layer.useBias!,
        outputShape: [...inputShape.slice(0, -1), units],
        parameters,
        parameterCount: total(parameters),
        flopsPerSample: timesteps * (2 * features * units + 2 * units),
      } satisfies DensePlan;
    }
    case "dropout":
      return {
        ...common,
        type: "dropout",
        rate: layer.rate,
        outputShape: inputShape,
        parameters: [],
        parameterCount: 0,
        flopsPerSample: 0,
      } satisfies DropoutPlan;
  }
}

/** Values that a layer's forward pass keeps for its backward pass, per sample. */
function keptValues(layer: LayerPlan): number {
  const timesteps = layer.inputShape.length === 2 ? layer.inputShape[0]! : 1;
  const outputs = layer.outputShape.reduce((product, n) => product * n, 1);
  switch (layer.type) {
    case "lstm":
      return timesteps * layer.units * (4 + 4 + 3); // z, the gates, and c, a(c), h
    case "dense":
      return 2 * outputs; // z and y
    case "dropout":
      return 2 * outputs; // mask and y
  }
}

function planCost(layers: readonly LayerPlan[], batchSize: number): CostPlan {
  const sum = (value: (layer: LayerPlan) => number): number => layers.reduce((s, layer) => s + value(layer), 0);
  const parameterCount = sum((layer) => layer.parameterCount);
  const flopsPerSample = sum((layer) => layer.flopsPerSample);
  return {
    parameterCount,
    flopsPerSample,
    trainingFlopsPerSample: 3 * flopsPerSample,
    weightBytes: parameterCount * FLOAT32_BYTES,
    activationBytes: sum(keptValues) * batchSize * FLOAT32_BYTES,
    optimizerBytes: 2 * parameterCount * FLOAT32_BYTES,
  };
}
