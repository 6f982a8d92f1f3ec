import * as tf from "@tensorflow/tfjs-core";
import { CellProduct } from "./cell-product.ts";
import { RecurrentRun } from "./recurrent.ts";
import { Sequence } from "./sequence.ts";

/** A pass of a layer whose cell multiplies by all columns of a kernel at once, or by those of some gates. */
export class CellRun extends RecurrentRun {
  /** The input of all steps times kernel [I, N], with dropout before it and bias [N] after it: rows [T·B, N] in the order of time. */
  projection(kernel: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D {
    const product = new CellProduct(kernel, this.inputDropout).forward(this.input.rows);
    return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
  }

  /** The product of the state with the recurrent kernel, or its columns of some gates alone, with dropout before it. */
  recurrentProduct(kernel: tf.Tensor2D, gates?: readonly [first: number, end: number]): CellProduct {
    const dropout = this.recurrentDropout;
    if (gates === undefined || dropout instanceof tf.Tensor) return new CellProduct(kernel, dropout);
    return new CellProduct(kernel, dropout?.slice(...gates));
  }

  /** Gradient of the input: dz [T·B, N] in the order of time, through kernel [I, N]. */
  inputGradient(dz: tf.Tensor2D, kernel: tf.Tensor2D): Sequence {
    const dx = new CellProduct(kernel, this.inputDropout).inputGradient(dz);
    return Sequence.fromRows(dx, this.input.timesteps);
  }

  /** Gradient of the kernel [I, N]: dz [T·B, N] in the order of time → [I, N]. */
  kernelGradient(dz: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
    return new CellProduct(kernel, this.inputDropout).kernelGradient(this.input.rows, dz);
  }
}
