import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "../../../src/support/nn/activations/activation.ts";
import type { RecurrentKernel } from "../../../src/support/nn/bidirectional.ts";
import { bidirectionalBackward, bidirectionalForward } from "../../../src/support/nn/bidirectional.ts";
import { GRU } from "../../../src/support/nn/cells/gru.ts";
import { LSTM } from "../../../src/support/nn/cells/lstm.ts";
import { SIMPLE_RNN } from "../../../src/support/nn/cells/simple-rnn.ts";
import { denseBackward, denseForward } from "../../../src/support/nn/dense.ts";
import { type Features, type Mask, rowsOf, Sequence, withRows } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";
import { batchMajor, type FixtureLayer, featuresOf, type LayerFixture, tensorOf } from "./fixtures.ts";

// Runs the chain of layers of a fixture forward and back, with the kernels that generated programs call.

type Weights = { [name: string]: tf.Tensor | Weights };
interface Passed {
  y: Features;
  mask?: Mask | undefined;
  backward(dy: Features): { dx: Features; dw: Weights };
}
type ChainLayer = (x: Features, layer: FixtureLayer, w: Weights, mask: Mask | undefined) => Passed;

// Fixtures give weights and options by name, at run time; the types of the kernels are for what is known when a model is compiled.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Untyped = any;

function recurrent(kernels: Untyped): ChainLayer {
  const { forward, backward } = kernels as RecurrentKernel<Untyped, Untyped, Untyped, Untyped>;
  return (x, options, w, mask) => {
    const pass = forward(x as Sequence, w, options, { mask });
    return {
      y: pass.y,
      mask: options.returnSequences ? mask : undefined,
      backward: (dy) => backward(dy, pass, w, options, { inputGradient: true }) as { dx: Features; dw: Weights },
    };
  };
}

const RECURRENT: Readonly<Record<string, Untyped>> = { lstm: LSTM, gru: GRU, simpleRNN: SIMPLE_RNN };

const bidirectional: ChainLayer = (x, { layer: cell, mergeMode }, w, mask) => {
  const options: Untyped = { layer: RECURRENT[cell!.type], mergeMode, cell };
  const pass = bidirectionalForward(x as Sequence, w as Untyped, options, { mask });
  return {
    y: pass.y,
    mask: cell!.returnSequences ? mask : undefined,
    backward: (dy) => bidirectionalBackward(dy, pass, w as Untyped, options, { inputGradient: true }) as Untyped,
  };
};

const dense: ChainLayer = (x, options, w, mask) => {
  const pass = denseForward(x, w as Untyped, options as Untyped);
  return {
    y: pass.y,
    mask,
    backward: (dy) => denseBackward(dy, pass, w as Untyped, options as Untyped, { inputGradient: true }) as Untyped,
  };
};

/** Steps whose features all have the mask value are masked, and 0. */
const masking: ChainLayer = (x, { maskValue }) => {
  const rows = rowsOf(x);
  const kept = tf.cast(tf.any(tf.notEqual(rows, maskValue as number), 1, true), "float32") as tf.Tensor2D;
  return {
    y: withRows(x, tf.mul(rows, kept)),
    mask: Sequence.fromRows(kept, (x as Sequence).timesteps),
    backward: (dy) => ({ dx: withRows(dy, tf.mul(rowsOf(dy), kept)), dw: {} }),
  };
};

const CHAIN_LAYERS: Readonly<Record<string, ChainLayer>> = {
  dense,
  masking,
  timeDistributed: (x, options, w, mask) => layerOf(options.layer!)!(x, options.layer!, w, mask),
  dropout: (x, _options, _w, mask) => ({ y: x, mask, backward: (dy) => ({ dx: dy, dw: {} }) }), // at inference
  bidirectional,
  ...Object.fromEntries(Object.entries(RECURRENT).map(([type, kernels]) => [type, recurrent(kernels)])),
};

function layerOf(layer: FixtureLayer): ChainLayer | undefined {
  return CHAIN_LAYERS[layer.type];
}

/** Whether the chain consists of layers that can be run here. */
export function isRunnable({ layers }: LayerFixture): boolean {
  return layers.every((layer) => layerOf(layer) !== undefined && (layer.layer === undefined || layerOf(layer.layer)));
}

/** Replaces the names of activations by the activations. */
function withActivations(layer: FixtureLayer, hardSigmoid: string | undefined): FixtureLayer {
  const named = (written: unknown): ActivationFunction => {
    const camelCase = String(written).replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const name = camelCase === "hardSigmoid" && hardSigmoid?.includes("0.2 * x") ? "hardSigmoid02" : camelCase;
    const found = Object.values(activations).find((activation) => activation.name === name);
    if (found === undefined) throw new Error(`there is no activation ${name}`);
    return found;
  };
  const converted: Record<string, unknown> = { ...layer };
  for (const key of ["activation", "recurrentActivation"]) if (key in layer) converted[key] = named(layer[key]);
  if (layer.layer !== undefined) converted.layer = withActivations(layer.layer, hardSigmoid);
  return converted as FixtureLayer;
}

/** "0/forward/recurrent_kernel" → ["0", "forward", "recurrentKernel"] */
function pathOf(name: string): string[] {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()).split("/");
}

export interface ChainResult {
  output: tf.Tensor;
  inputGradient: tf.Tensor;
  /** by the names of the fixture */
  weightGradients: Record<string, tf.Tensor>;
}

export function runChain(fixture: LayerFixture): ChainResult {
  const weights: Weights = {};
  for (const weight of fixture.weights) {
    const path = pathOf(weight.name);
    let record = weights;
    for (const part of path.slice(0, -1)) {
      record[part] ??= {};
      record = record[part] as Weights;
    }
    record[path.at(-1)!] = tensorOf(weight);
  }

  let passed: Passed = { y: featuresOf(tensorOf(fixture.input)), backward: () => ({ dx: passed.y, dw: {} }) };
  const chain = fixture.layers.map((layer, index) => {
    const converted = withActivations(layer, fixture.hardSigmoid);
    passed = layerOf(layer)!(passed.y, converted, (weights[index] ?? {}) as Weights, passed.mask);
    return passed;
  });
  const output = batchMajor(passed.y);

  let gradient = featuresOf(tensorOf(fixture.cotangent!));
  const gradients: Weights = {};
  for (const [index, { backward }] of [...chain.entries()].reverse()) {
    const { dx, dw } = backward(gradient);
    gradient = dx;
    gradients[index] = dw;
  }
  const weightGradients = Object.fromEntries(
    (fixture.weightGradients ?? []).map(({ name }) => [
      name,
      pathOf(name).reduce<tf.Tensor | Weights>((record, part) => (record as Weights)[part]!, gradients) as tf.Tensor,
    ]),
  );
  return { output, inputGradient: batchMajor(gradient), weightGradients };
}
