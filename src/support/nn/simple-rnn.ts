import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import { CellRun } from "./cell-run.ts";
import {
  addGradients,
  type InputGradientOf,
  type RecurrentExtra,
  type RecurrentForward,
  type RecurrentOptions,
  type RecurrentOutput,
} from "./recurrent.ts";
import { concatRows, type Features, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface SimpleRnnWeights {
  /** [I, units] */
  readonly kernel: tf.Tensor2D;
  /** [units, units] */
  readonly recurrentKernel: tf.Tensor2D;
  /** [units]; absent with useBias: false */
  readonly bias?: tf.Tensor1D;
}

export interface SimpleRnnOptions extends RecurrentOptions {
  readonly activation: ActivationFunction;
}

export interface SimpleRnnState {
  /** [B, units] */
  readonly h: tf.Tensor2D;
}

/** Values of one step, each [B, units]. */
interface SimpleRnnStep extends SimpleRnnState {
  readonly z: tf.Tensor2D;
  /** a(z), which is h unless the step is masked */
  readonly a: tf.Tensor2D;
  /** h before this step; undefined at the first step, where it is 0. */
  readonly previousH: tf.Tensor2D | undefined;
}

export interface SimpleRnnForward<O extends RecurrentOptions = RecurrentOptions>
  extends RecurrentForward<RecurrentOutput<O>, SimpleRnnState> {
  readonly run: CellRun;
  readonly steps: readonly SimpleRnnStep[];
}

/**
 * The simple recurrent network (Elman 1990): h' = a(x·kernel + h·recurrentKernel + bias).
 * x: T × [B, I]; y: T × [B, units] or [B, units]. The projection x·kernel + bias of all steps is one matmul.
 */
export function simpleRnnForward<O extends SimpleRnnOptions>(
  x: Sequence,
  w: SimpleRnnWeights,
  options: O,
  extra: RecurrentExtra<SimpleRnnState> = {},
): SimpleRnnForward<O> {
  const run = new CellRun(x, options, extra);
  const projections = run.stepsOf(run.projection(w.kernel, w.bias));
  const product = run.recurrentProduct(w.recurrentKernel);
  const steps: SimpleRnnStep[] = [];
  let h = extra.initialState?.h;
  for (const [k, projection] of projections.entries()) {
    const previousH = h;
    const z: tf.Tensor2D = previousH === undefined ? projection : tf.add(projection, product.forward(previousH));
    const a = options.activation.apply(z);
    h = run.stateAfter(k, a, h);
    steps.push({ z, a, h, previousH });
  }
  const states = steps.map((step) => step.h);
  return { y: run.output(states, options), state: { h: states.at(-1)! }, run, steps };
}

/**
 * Backpropagation through time for `dy`, the gradient of y. The derivatives of an elementwise activation are computed for all
 * steps at once; only dz and dh are sequential.
 */
export function simpleRnnBackward<W extends SimpleRnnWeights, InputGradient extends boolean>(
  dy: Features,
  forward: SimpleRnnForward,
  w: W,
  { activation }: SimpleRnnOptions,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<W>; dx: InputGradientOf<InputGradient> } {
  const { run, steps } = forward;
  const derivatives = activation.elementwise ? simpleRnnDerivatives(forward, activation) : undefined;
  const product = run.recurrentProduct(w.recurrentKernel);
  const own = run.outputGradients(dy);

  const dzs = new Array<tf.Tensor2D>(steps.length);
  let dhNext: tf.Tensor2D | undefined;
  for (let k = steps.length - 1; k >= 0; k--) {
    const dh = addGradients(own[k], dhNext)!;
    const { a, z } = steps[k]!;
    if (derivatives !== undefined) dzs[k] = tf.mul<tf.Tensor2D>(dh, derivatives[k]!);
    else dzs[k] = activation.gradient(run.newGradient(k, dh), a, z);
    if (k > 0) dhNext = run.stateGradient(k, product.stepGradient(dzs[k]!), dh);
  }

  const dz = run.rowsOf(dzs); // [T·B, units], in the order of time, as the input is
  const zero = tf.zerosLike(steps[0]!.h);
  const dw = {
    kernel: run.kernelGradient(dz, w.kernel),
    recurrentKernel: product.kernelGradient(run.rowsOf(steps.map((step) => step.previousH ?? zero)), dz),
    ...(w.bias === undefined ? {} : { bias: tf.sum(dz, 0) }),
  };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: (inputGradient ? run.inputGradient(dz, w.kernel) : undefined) as InputGradientOf<InputGradient>,
  };
}

/** ∂h/∂z of every step, [B, units] each; 0 where a step is masked. */
function simpleRnnDerivatives({ run, steps }: SimpleRnnForward, activation: ActivationFunction): tf.Tensor2D[] {
  const a = concatRows(steps.map((step) => step.a)); // [T·B, units]
  const z = activation.needsPreactivation ? concatRows(steps.map((step) => step.z)) : undefined;
  const one = run.kept === undefined ? tf.onesLike(a) : tf.mul<tf.Tensor2D>(tf.onesLike(a), concatRows(run.kept));
  return Sequence.fromRows(activation.gradient(one, a, z), steps.length).steps;
}
