import * as tf from "@tensorflow/tfjs-core";
import { tensorFlowBackend } from "lstm-compile-runtime/capture/tensorflow.js";
import { type CellDropout, masked } from "./cell-dropout.ts";
import { matMulTransposedA, matMulTransposedB, transposedOnce } from "./matmul.ts";

/** Values of each gate, [N, units], and their columns beside one another, made at first use. */
export class Gates {
  readonly each: readonly tf.Tensor2D[];
  #joined: tf.Tensor2D | undefined;

  constructor(each: readonly tf.Tensor2D[]) {
    this.each = each;
  }

  /** [N, gates·units] */
  get joined(): tf.Tensor2D {
    this.#joined ??= tf.concat2d([...this.each], 1);
    return this.#joined;
  }
}

/**
 * The products x · kernel of a cell's gates, with dropout before them. kernel: [F, gates·units]; x: rows of one step, [B, F], or of
 * all, [T·B, F].
 *
 * TensorFlow's CPU kernels are faster with a product for each gate: [896,256]ᵀ·[896,1024] took 13.3 ms and its four
 * blocks 7.4 ms on one core, and blocks can run beside one another. Elsewhere one product for all gates has fewer operations. Where
 * each gate has a dropout mask of its own, it has a product of its own everywhere.
 */
export class GateProducts {
  readonly #kernel: tf.Tensor2D;
  readonly #gates: number;
  readonly #masks: readonly tf.Tensor2D[];
  readonly #blocked: boolean;
  #blocks: tf.Tensor2D[] | undefined;
  #transposed: tf.Tensor2D | undefined;
  #transposedBlocks: tf.Tensor2D[] | undefined;

  constructor(kernel: tf.Tensor2D, gates: number, dropout: CellDropout | undefined) {
    this.#kernel = kernel;
    this.#gates = gates;
    this.#masks = dropout === undefined ? [] : dropout instanceof tf.Tensor ? [dropout] : dropout;
    this.#blocked = this.#masks.length > 1 || isNativeCpu();
  }

  /** The product of each gate, [N, units]. */
  products(x: tf.Tensor2D): tf.Tensor2D[] {
    if (!this.#blocked) return tf.split(tf.matMul<tf.Tensor2D>(this.#dropped(x, 0), this.#kernel), this.#gates, 1);
    this.#blocks ??= tf.split(this.#kernel, this.#gates, 1);
    const inputs = this.#droppedForEach(x);
    return this.#blocks.map((block, g) => tf.matMul<tf.Tensor2D>(inputs(g), block));
  }

  /** Gradient of x for that of the products; in the loop over steps, where a product has few rows. */
  stepGradient(dz: Gates): tf.Tensor2D {
    if (this.#blocked) return this.#blockedGradient(dz);
    this.#transposed ??= transposedOnce(this.#kernel);
    return this.#dropped(tf.matMul<tf.Tensor2D>(dz.joined, this.#transposed), 0);
  }

  /** The same for the rows of all steps at once. */
  inputGradient(dz: Gates): tf.Tensor2D {
    if (this.#blocked) return this.#blockedGradient(dz);
    return this.#dropped(matMulTransposedB(dz.joined, this.#kernel), 0);
  }

  /** Gradient of the kernel, [F, gates·units], from x and the gradient of the products. */
  kernelGradient(x: tf.Tensor2D, dz: Gates): tf.Tensor2D {
    if (!this.#blocked) return matMulTransposedA(this.#dropped(x, 0), dz.joined);
    if (this.#masks.length < 2) {
      const xT = transposedOnce(this.#dropped(x, 0));
      return new Gates(dz.each.map((d) => tf.matMul<tf.Tensor2D>(xT, d))).joined;
    }
    return new Gates(dz.each.map((d, g) => matMulTransposedA(this.#dropped(x, g), d))).joined;
  }

  #blockedGradient(dz: Gates): tf.Tensor2D {
    if (this.#transposedBlocks === undefined) {
      this.#transposed ??= transposedOnce(this.#kernel);
      this.#transposedBlocks = tf.split(this.#transposed, this.#gates, 0);
    }
    const blocks = this.#transposedBlocks;
    const parts = dz.each.map((d, g) => tf.matMul<tf.Tensor2D>(d, blocks[g]!));
    if (this.#masks.length > 1) return tf.addN(parts.map((part, g) => masked(part, this.#masks[g]!)));
    return this.#dropped(tf.addN<tf.Tensor2D>(parts), 0);
  }

  /** x as it enters gate g. */
  #droppedForEach(x: tf.Tensor2D): (g: number) => tf.Tensor2D {
    if (this.#masks.length > 1) return (g) => this.#dropped(x, g);
    const dropped = this.#dropped(x, 0);
    return () => dropped;
  }

  #dropped(x: tf.Tensor2D, g: number): tf.Tensor2D {
    const mask = this.#masks[g];
    return mask === undefined ? x : masked(x, mask);
  }
}

function isNativeCpu(): boolean {
  const backend = tensorFlowBackend();
  return backend !== undefined && !backend.isUsingGpuDevice;
}
