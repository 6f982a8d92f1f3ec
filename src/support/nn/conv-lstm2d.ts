import * as tf from "@tensorflow/tfjs-core";
import type { CellDropout } from "./cell-dropout.ts";
import { addFrameWindows, type FrameWindows, type Pair, placeFrameWindows, readFrameWindows } from "./frame-windows.ts";
import { GateProducts, type Gates } from "./gate-products.ts";
import type { GradientRequest, InputGradient } from "./gradients.ts";
import {
  type LstmForward,
  type LstmOptions,
  type LstmProducts,
  type LstmState,
  lstmGradients,
  lstmSteps,
} from "./lstm.ts";
import { type RecurrentExtra, RecurrentRun } from "./recurrent.ts";
import { rowsOf, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

/** The last axes are the gates i, f, c, o, as in an LSTM. */
export interface ConvLstm2dWeights {
  /** [kernel rows, kernel columns, I, 4·filters] */
  readonly kernel: tf.Tensor4D;
  /** [kernel rows, kernel columns, filters, 4·filters] */
  readonly recurrentKernel: tf.Tensor4D;
  /** [4·filters]; absent with useBias: false */
  readonly bias?: tf.Tensor1D;
}

/** Strides and dilation are those of the input's windows; the state keeps its size, with windows side by side. */
export interface ConvLstm2dOptions extends LstmOptions {
  readonly strides: Pair;
  readonly padding: "valid" | "same";
  readonly dilationRate: Pair;
}

export interface ConvLstm2dForward {
  /** All frames, T × [B·R'·C', filters], or the last one, a sequence of one step. */
  readonly y: Sequence;
  /** The LSTM of every place of the output's frames. */
  readonly cells: LstmForward;
  /** On the input and on the state. */
  readonly windows: { readonly input: FrameWindows; readonly state: FrameWindows };
}

/** The products of a cell's gates whose input are the windows of frames. Rows are the places of frames. */
class WindowProducts {
  readonly #products: GateProducts;
  readonly #windows: FrameWindows;

  /** @param dropout masks [B·R·C, F]: what windows read of them multiplies what they read of the frames */
  constructor(kernel: tf.Tensor4D, windows: FrameWindows, dropout: CellDropout | undefined) {
    const [rows, columns, inputs, outputs] = kernel.shape;
    const read = (mask: tf.Tensor2D): tf.Tensor2D => readFrameWindows(mask, windows);
    const masks = dropout instanceof tf.Tensor ? read(dropout) : dropout?.map(read);
    this.#products = new GateProducts(tf.reshape(kernel, [rows * columns * inputs, outputs]), 4, masks);
    this.#windows = windows;
  }

  products(x: tf.Tensor2D): tf.Tensor2D[] {
    return this.#products.products(readFrameWindows(x, this.#windows));
  }

  stepGradient(dz: Gates): tf.Tensor2D {
    return addFrameWindows(this.#products.stepGradient(dz), this.#windows);
  }

  inputGradient(dz: Gates): tf.Tensor2D {
    return addFrameWindows(this.#products.inputGradient(dz), this.#windows);
  }

  kernelGradient(x: tf.Tensor2D, dz: Gates): tf.Tensor2D {
    return this.#products.kernelGradient(readFrameWindows(x, this.#windows), dz);
  }
}

function productsOf(w: ConvLstm2dWeights, run: RecurrentRun, windows: ConvLstm2dForward["windows"]): LstmProducts {
  return {
    input: new WindowProducts(w.kernel, windows.input, run.inputDropout),
    state: new WindowProducts(w.recurrentKernel, windows.state, run.recurrentDropout),
  };
}

/**
 * An LSTM over frames, whose products with the kernels are convolutions (Shi et al. 2015, without peepholes). x: T × [B·R·C, I] with the
 * grid [R, C]; the frames of y and of the state have as many rows and columns as there are windows on x. Dropout has a mask for each gate.
 */
export function convLstm2dForward(
  x: Sequence,
  w: ConvLstm2dWeights,
  options: ConvLstm2dOptions,
  extra: Pick<RecurrentExtra<LstmState>, "inputDropout" | "recurrentDropout"> = {},
): ConvLstm2dForward {
  const { strides, padding, dilationRate } = options;
  const size = w.kernel.shape.slice(0, 2) as [number, number];
  const input = placeFrameWindows(x.grid as Pair, { size, strides, dilation: dilationRate, padding });
  const grid = [input.rows.count, input.columns.count] as const;
  const state = placeFrameWindows(grid, { size, strides: [1, 1], dilation: [1, 1], padding: "same" });
  const windows = { input, state };
  const run = new RecurrentRun(x, options, extra);
  const cells = lstmSteps(run, productsOf(w, run, windows), w.bias, options, undefined);
  const steps = cells.y instanceof Sequence ? cells.y.steps : [cells.y];
  return { y: Sequence.fromSteps(steps, grid), cells, windows };
}

/** Gradients for dy, the gradient of y. */
export function convLstm2dBackward<W extends ConvLstm2dWeights, G extends boolean>(
  dy: Sequence,
  { cells, windows }: ConvLstm2dForward,
  w: W,
  options: ConvLstm2dOptions,
  request: GradientRequest<G>,
): { dw: GradientsOf<W>; dx: InputGradient<G, Sequence> } {
  const { input } = cells.run;
  const own = options.returnSequences ? dy : rowsOf(dy);
  const { kernel, recurrentKernel, bias, x } = lstmGradients(
    own,
    cells,
    productsOf(w, cells.run, windows),
    options,
    request,
  );
  const dw = {
    kernel: tf.reshape(kernel, w.kernel.shape),
    recurrentKernel: tf.reshape(recurrentKernel, w.recurrentKernel.shape),
    ...(w.bias === undefined ? {} : { bias: bias() }),
  };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: (x === undefined ? undefined : Sequence.fromRows(x, input.timesteps, input.grid)) as InputGradient<G, Sequence>,
  };
}
