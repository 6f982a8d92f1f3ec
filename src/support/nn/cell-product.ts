import * as tf from "@tensorflow/tfjs-core";
import { type CellDropout, masked } from "./cell-dropout.ts";
import { matMulTransposedA, matMulTransposedB, transposedOnce } from "./matmul.ts";

/**
 * The product x · kernel of a cell, where dropout precedes it. kernel: [F, gates·units]. With a mask for each gate every gate has a
 * product of its own. x has the rows of one step, [B, F], or of several below one another, [T·B, F].
 */
export class CellProduct {
  readonly #kernel: tf.Tensor2D;
  readonly #masks: readonly tf.Tensor2D[];
  /** The kernel's columns that belong to each mask, and their transposes. */
  #parts: tf.Tensor2D[] | undefined;
  #transposed: tf.Tensor2D[] | undefined;

  constructor(kernel: tf.Tensor2D, dropout: CellDropout | undefined) {
    this.#kernel = kernel;
    this.#masks = dropout === undefined ? [] : dropout instanceof tf.Tensor ? [dropout] : dropout;
  }

  /** x, as each mask leaves it. */
  #dropped(x: tf.Tensor2D): tf.Tensor2D[] {
    return this.#masks.length === 0 ? [x] : this.#masks.map((mask) => masked(x, mask));
  }

  /** Columns [N, gates·units] as one block for each mask. */
  #split(columns: tf.Tensor2D): tf.Tensor2D[] {
    return this.#masks.length < 2 ? [columns] : tf.split(columns, this.#masks.length, 1);
  }

  /** [N, F] → [N, gates·units] */
  forward(x: tf.Tensor2D): tf.Tensor2D {
    this.#parts ??= this.#split(this.#kernel);
    const parts = this.#parts;
    return joined(this.#dropped(x).map((dropped, g) => tf.matMul<tf.Tensor2D>(dropped, parts[g]!)));
  }

  /** Gradient of x for that of the product, [N, gates·units] → [N, F], for the many steps of a sequence. */
  stepGradient(dz: tf.Tensor2D): tf.Tensor2D {
    this.#transposed ??= this.#split(this.#kernel).map(transposedOnce);
    const transposed = this.#transposed;
    return this.#summed(this.#split(dz).map((part, g) => tf.matMul<tf.Tensor2D>(part, transposed[g]!)));
  }

  /** The same for all rows at once. */
  inputGradient(dz: tf.Tensor2D): tf.Tensor2D {
    const kernels = this.#split(this.#kernel);
    return this.#summed(this.#split(dz).map((part, g) => matMulTransposedB(part, kernels[g]!)));
  }

  /** Gradient of the kernel, [F, gates·units], from x and the gradient of the product. */
  kernelGradient(x: tf.Tensor2D, dz: tf.Tensor2D): tf.Tensor2D {
    const parts = this.#split(dz);
    return joined(this.#dropped(x).map((dropped, g) => matMulTransposedA(dropped, parts[g]!)));
  }

  /** The sum of each mask's gradient of x. */
  #summed(gradients: tf.Tensor2D[]): tf.Tensor2D {
    if (this.#masks.length === 0) return gradients[0]!;
    return gradients.map((d, g) => masked(d, this.#masks[g]!)).reduce((sum, d) => tf.add(sum, d));
  }
}

function joined(blocks: tf.Tensor2D[]): tf.Tensor2D {
  return blocks.length === 1 ? blocks[0]! : tf.concat2d(blocks, 1);
}
