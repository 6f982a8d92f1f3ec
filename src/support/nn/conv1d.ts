import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { affine, matMulTransposedA, matMulTransposedB } from "./matmul.ts";
import { Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";
import { addWindows, type Padding, placeWindows, readWindows, type Windows } from "./windows.ts";

export interface Conv1dWeights {
  /** [kernelSize, I, filters] */
  readonly kernel: tf.Tensor3D;
  /** [filters]; absent with useBias: false */
  readonly bias?: tf.Tensor1D;
}

export interface Conv1dOptions {
  readonly strides: number;
  readonly padding: Padding;
  readonly dilationRate: number;
  readonly activation: ActivationFunction;
}

export interface Conv1dOutput {
  /** a(z): T' × [B, filters] */
  readonly y: Sequence;
  /** Preactivations [T'·B, filters] */
  readonly z: tf.Tensor2D;
  /** What each window reads, [T'·B, kernelSize·I] */
  readonly columns: tf.Tensor2D;
  readonly windows: Windows;
  readonly timesteps: number;
}

function flatKernel({ kernel }: Conv1dWeights): tf.Tensor2D {
  const [size, inputs, filters] = kernel.shape;
  return tf.reshape(kernel, [size * inputs, filters]);
}

/**
 * A convolution along time (cross-correlation, as everywhere in deep learning). x: T × [B, I]. Every window is laid out as one
 * row, so the layer is one matmul, forward and backward.
 */
export function conv1dForward(x: Sequence, w: Conv1dWeights, options: Conv1dOptions): Conv1dOutput {
  const { strides, padding, dilationRate, activation } = options;
  const size = w.kernel.shape[0];
  const windows = placeWindows(x.timesteps, { size, strides, dilation: dilationRate, padding });
  const taps = readWindows(x, windows).map((tap) => tap.rows);
  const columns = taps.length === 1 ? taps[0]! : tf.concat2d(taps, 1);
  const z = affine(columns, flatKernel(w), w.bias);
  return { y: Sequence.fromRows(activation.apply(z), windows.count), z, columns, windows, timesteps: x.timesteps };
}

/** Gradients for dy: T' × [B, filters]. */
export function conv1dBackward<W extends Conv1dWeights, G extends boolean>(
  dy: Sequence,
  forward: Conv1dOutput,
  w: W,
  { activation }: Conv1dOptions,
  request: GradientRequest<G>,
): { dw: GradientsOf<W>; dx: InputGradient<G, Sequence> } {
  const { y, z, columns, windows, timesteps } = forward;
  const dz = activation.gradient(dy.rows, y.rows, z);
  const kernel = tf.reshape(matMulTransposedA(columns, dz), w.kernel.shape);
  const dw = w.bias === undefined ? { kernel } : { kernel, bias: tf.sum(dz, 0) };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: whenWanted(request, () => {
      const dColumns = matMulTransposedB(dz, flatKernel(w));
      const taps = windows.size === 1 ? [dColumns] : tf.split<tf.Tensor2D>(dColumns, windows.size, 1);
      return addWindows(
        taps.map((tap) => Sequence.fromRows(tap, windows.count)),
        windows,
        timesteps,
      );
    }),
  };
}
