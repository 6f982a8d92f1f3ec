import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import type { CellProduct } from "./cell-product.ts";
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

/** Columns of kernel, recurrentKernel and bias are the gates z, r, h (update, reset, candidate), as in Keras. */
export interface GruWeights {
  /** [I, 3·units] */
  readonly kernel: tf.Tensor2D;
  /** [units, 3·units] */
  readonly recurrentKernel: tf.Tensor2D;
  /** [3·units]; with resetAfter [2, 3·units], of the input and of the recurrent product; absent with useBias: false */
  readonly bias?: tf.Tensor1D | tf.Tensor2D;
}

export interface GruOptions extends RecurrentOptions {
  readonly activation: ActivationFunction;
  readonly recurrentActivation: ActivationFunction;
  /** The reset gate multiplies the state's product with the recurrent kernel, and not the state before that product. */
  readonly resetAfter: boolean;
}

export interface GruState {
  /** [B, units] */
  readonly h: tf.Tensor2D;
}

/** Values of one step, or of several below one another; each [N, units] where nothing else is said. */
interface GruStep extends GruState {
  /** Update and reset gates, and their preactivations [N, 2·units] */
  readonly z: tf.Tensor2D;
  readonly r: tf.Tensor2D;
  readonly gatesZ: tf.Tensor2D;
  /** Candidate and its preactivation */
  readonly g: tf.Tensor2D;
  readonly candidateZ: tf.Tensor2D;
  /** State before this step */
  readonly previousH: tf.Tensor2D;
  /** What the reset gate multiplies: previousH, or with resetAfter previousH · recurrentKernel_h + bias */
  readonly resettable: tf.Tensor2D;
}

export interface GruForward<O extends RecurrentOptions = RecurrentOptions>
  extends RecurrentForward<RecurrentOutput<O>, GruState> {
  readonly run: CellRun;
  readonly steps: readonly GruStep[];
}

/**
 * Gated recurrent unit (Cho et al. 2014), with x_k = x·kernel_k + bias_k and U = recurrentKernel:
 * z, r = ra(x_z + h·U_z), ra(x_r + h·U_r);  g = a(x_h + (r·h)·U_h), or with resetAfter a(x_h + r·(h·U_h + bias'_h));
 * h' = z·h + (1 - z)·g.  x: T × [B, I]; y: T × [B, units] or [B, units]. The projections of all steps are one matmul.
 */
export function gruForward<O extends GruOptions>(
  x: Sequence,
  w: GruWeights,
  options: O,
  extra: RecurrentExtra<GruState> = {},
): GruForward<O> {
  const units = w.recurrentKernel.shape[0];
  const run = new CellRun(x, options, extra);
  const { inputBias, candidateBias } = biasesOf(w, options);
  const [gateRows, candidateRows] = gatesAndCandidate(run.projection(w.kernel, inputBias));
  const gateProjections = run.stepsOf(gateRows);
  const candidateProjections = run.stepsOf(candidateRows);
  const products = recurrentProducts(run, w, options);

  const steps: GruStep[] = [];
  let h = extra.initialState?.h ?? tf.zeros<tf.Rank.R2>([x.batch, units]);
  for (let k = 0; k < x.timesteps; k++) {
    const previousH = h;
    const [gateProduct, candidateProduct] = products.of(h);
    const gatesZ = tf.add<tf.Tensor2D>(gateProjections[k]!, gateProduct);
    const { z, r } = gruGates(gatesZ, options);
    let resettable = candidateProduct ?? h;
    if (candidateBias !== undefined) resettable = tf.add(resettable, candidateBias);
    const reset = tf.mul<tf.Tensor2D>(r, resettable);
    const recurrent = products.candidate?.forward(reset) ?? reset;
    const candidateZ = tf.add<tf.Tensor2D>(candidateProjections[k]!, recurrent);
    const { g, next } = gruState(candidateZ, z, previousH, options);
    h = run.stateAfter(k, next, previousH);
    steps.push({ z, r, gatesZ, g, candidateZ, previousH, resettable, h });
  }
  const states = steps.map((step) => step.h);
  return { y: run.output(states, options), state: { h }, run, steps };
}

/** The products of the state with the recurrent kernel. */
interface RecurrentProducts {
  /** Of all gates with resetAfter; of z and r without */
  readonly state: CellProduct;
  /** Of the candidate, from the state that the reset gate has multiplied; undefined with resetAfter */
  readonly candidate: CellProduct | undefined;
  /** h → what z and r add, [B, 2·units], and with resetAfter the candidate's product, [B, units] */
  of(h: tf.Tensor2D): readonly [gates: tf.Tensor2D, candidate: tf.Tensor2D | undefined];
}

function recurrentProducts(
  run: CellRun,
  { recurrentKernel }: GruWeights,
  { resetAfter }: GruOptions,
): RecurrentProducts {
  if (resetAfter) {
    const state = run.recurrentProduct(recurrentKernel);
    return { state, candidate: undefined, of: (h) => gatesAndCandidate(state.forward(h)) };
  }
  const [gateKernel, candidateKernel] = gatesAndCandidate(recurrentKernel);
  const state = run.recurrentProduct(gateKernel, [0, 2]);
  const candidate = run.recurrentProduct(candidateKernel, [2, 3]);
  return { state, candidate, of: (h) => [state.forward(h), undefined] };
}

/** [N, 3·units] → [N, 2·units] of the gates z and r, and [N, units] of the candidate. */
function gatesAndCandidate(columns: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const units = columns.shape[1] / 3;
  return tf.split(columns, [2 * units, units], 1) as [tf.Tensor2D, tf.Tensor2D];
}

/** [N, 2·units] → z and r, each [N, units]. */
function updateAndReset(gates: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  return tf.split(gates, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
}

/**
 * The biases that are added to all steps' projections at once, [3·units], and to the candidate's recurrent product, [units].
 * With resetAfter the recurrent biases of z and r are among the former, as those gates are a plain sum.
 */
function biasesOf(
  { bias }: GruWeights,
  { resetAfter }: GruOptions,
): { inputBias: tf.Tensor1D | undefined; candidateBias: tf.Tensor1D | undefined } {
  if (!resetAfter || bias === undefined)
    return { inputBias: bias as tf.Tensor1D | undefined, candidateBias: undefined };
  const [gates, candidate] = gatesAndCandidate(bias as tf.Tensor2D); // [2, 2·units], [2, units]
  const [candidateInput, candidateBias] = tf.unstack(candidate) as [tf.Tensor1D, tf.Tensor1D];
  return { inputBias: tf.concat1d([tf.sum<tf.Tensor1D>(gates, 0), candidateInput]), candidateBias };
}

/** The gates from their preactivations [B, 2·units]. */
function gruGates(gatesZ: tf.Tensor2D, { recurrentActivation }: GruOptions): { z: tf.Tensor2D; r: tf.Tensor2D } {
  if (recurrentActivation.elementwise) {
    const [z, r] = updateAndReset(recurrentActivation.apply(gatesZ));
    return { z, r };
  }
  const [z, r] = updateAndReset(gatesZ);
  return { z: recurrentActivation.apply(z), r: recurrentActivation.apply(r) };
}

/** The elementwise rest of a step: candidate and next state, z·h + (1 - z)·g. */
function gruState(
  candidateZ: tf.Tensor2D,
  z: tf.Tensor2D,
  h: tf.Tensor2D,
  { activation }: GruOptions,
): { g: tf.Tensor2D; next: tf.Tensor2D } {
  const g = activation.apply(candidateZ);
  return { g, next: tf.add(g, tf.mul(z, tf.sub(h, g))) };
}

/**
 * Backpropagation through time for `dy`, the gradient of y. The derivatives of elementwise activations are computed for all
 * steps at once, and every weight's gradient is one matmul over all steps.
 */
export function gruBackward<W extends GruWeights, InputGradient extends boolean>(
  dy: Features,
  forward: GruForward,
  w: W,
  options: GruOptions,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<W>; dx: InputGradientOf<InputGradient> } {
  const { run, steps } = forward;
  const { resetAfter } = options;
  const units = w.recurrentKernel.shape[0];
  const elementwise = options.activation.elementwise && options.recurrentActivation.elementwise;
  const derivatives = elementwise ? derivativesAtOnce(forward, options) : derivativesByStep(forward, options);
  const products = recurrentProducts(run, w, options);
  const own = run.outputGradients(dy);

  /** Gradients of every step: of the recurrent product, [B, 3·units] or without resetAfter [B, 2·units]; of candidateZ. */
  const dProducts = new Array<tf.Tensor2D>(steps.length);
  const dCandidates = new Array<tf.Tensor2D>(steps.length);
  let dhNext: tf.Tensor2D | undefined;
  for (let k = steps.length - 1; k >= 0; k--) {
    const dh = addGradients(own[k], dhNext)!;
    const { r } = steps[k]!;
    const dUpdate = derivatives.update(k, dh);
    const dCandidate = derivatives.candidate(k, dh);
    dCandidates[k] = dCandidate;
    let dResult: tf.Tensor2D | undefined; // of r · h, without resetAfter
    if (products.candidate === undefined) {
      const dReset = derivatives.reset(k, dCandidate);
      dProducts[k] = tf.concat2d([dUpdate, dReset, tf.mul<tf.Tensor2D>(dCandidate, r)], 1);
    } else {
      dResult = products.candidate.stepGradient(dCandidate);
      dProducts[k] = tf.concat2d([dUpdate, derivatives.reset(k, dResult)], 1);
    }
    if (k === 0) break;
    const throughProduct = products.state.stepGradient(dProducts[k]!);
    const throughReset = dResult && tf.mul<tf.Tensor2D>(dResult, r);
    dhNext = tf.add<tf.Tensor2D>(addGradients(throughProduct, throughReset)!, derivatives.state(k, dh));
  }

  const dProduct = run.rowsOf(dProducts); // rows [T·B, …] in the order of time, as the input is
  const dCandidate = run.rowsOf(dCandidates);
  const dGates = resetAfter ? tf.slice2d(dProduct, [0, 0], [dProduct.shape[0], 2 * units]) : dProduct;
  const dz = tf.concat2d([dGates, dCandidate], 1); // [T·B, 3·units]
  const ofState = products.state.kernelGradient(run.rowsOf(steps.map((step) => step.previousH)), dProduct);
  const ofCandidate = products.candidate?.kernelGradient(
    run.rowsOf(steps.map((step) => tf.mul<tf.Tensor2D>(step.r, step.previousH))),
    dCandidate,
  );
  const dw = {
    kernel: run.kernelGradient(dz, w.kernel),
    recurrentKernel: ofCandidate === undefined ? ofState : tf.concat2d([ofState, ofCandidate], 1),
    ...(w.bias === undefined
      ? {}
      : { bias: resetAfter ? tf.stack([tf.sum(dz, 0), tf.sum(dProduct, 0)]) : tf.sum(dz, 0) }),
  };
  return {
    dw: dw as unknown as GradientsOf<W>,
    dx: (inputGradient ? run.inputGradient(dz, w.kernel) : undefined) as InputGradientOf<InputGradient>,
  };
}

/** Elementwise parts of the backward pass of step k; all tensors are [B, units]. */
interface GruDerivatives {
  /** Gradient of h → of the preactivation of z */
  update(k: number, dh: tf.Tensor2D): tf.Tensor2D;
  /** Gradient of h → of the candidate's preactivation */
  candidate(k: number, dh: tf.Tensor2D): tf.Tensor2D;
  /** Gradient of r · resettable → of the preactivation of r */
  reset(k: number, dResult: tf.Tensor2D): tf.Tensor2D;
  /** Gradient of h → of the state before, as far as it enters by z·h or by the mask */
  state(k: number, dh: tf.Tensor2D): tf.Tensor2D;
}

/** For elementwise activations: factors, for all steps at once. */
function derivativesAtOnce({ run, steps }: GruForward, options: GruOptions): GruDerivatives {
  const { activation, recurrentActivation } = options;
  const all = (pick: (step: GruStep) => tf.Tensor2D): tf.Tensor2D => concatRows(steps.map(pick)); // [T·B, …]
  const split = (rows: tf.Tensor2D): tf.Tensor2D[] => Sequence.fromRows(rows, steps.length).steps;
  const [z, r, g] = [all((s) => s.z), all((s) => s.r), all((s) => s.g)];
  const [updateZ, resetZ] = recurrentActivation.needsPreactivation ? updateAndReset(all((s) => s.gatesZ)) : [];
  const candidateZ = activation.needsPreactivation ? all((s) => s.candidateZ) : undefined;

  const dChange: tf.Tensor2D = tf.sub(
    all((s) => s.previousH),
    g,
  );
  let update = recurrentActivation.gradient(dChange, z, updateZ);
  let candidate = activation.gradient(tf.sub<tf.Tensor2D>(1, z), g, candidateZ);
  let state: readonly tf.Tensor2D[] = steps.map((step) => step.z);
  if (run.kept !== undefined && run.held !== undefined) {
    // A masked step gives nothing to its gates and hands dh on as it is.
    const [kept, held] = [concatRows(run.kept), concatRows(run.held)];
    update = tf.mul(update, kept);
    candidate = tf.mul(candidate, kept);
    state = split(tf.add(tf.mul(z, kept), held));
  }
  const reset = recurrentActivation.gradient(
    all((s) => s.resettable),
    r,
    resetZ,
  );
  const factors = { update: split(update), candidate: split(candidate), reset: split(reset), state };
  const by = (steps: readonly tf.Tensor2D[]) => (k: number, d: tf.Tensor2D) => tf.mul<tf.Tensor2D>(d, steps[k]!);
  return {
    update: by(factors.update),
    candidate: by(factors.candidate),
    reset: by(factors.reset),
    state: by(factors.state),
  };
}

/** For any activations: step by step. */
function derivativesByStep(
  { run, steps }: GruForward,
  { activation, recurrentActivation }: GruOptions,
): GruDerivatives {
  return {
    update(k, dh) {
      const { z, g, gatesZ, previousH } = steps[k]!;
      const dz = tf.mul<tf.Tensor2D>(run.newGradient(k, dh), tf.sub(previousH, g));
      return recurrentActivation.gradient(dz, z, updateAndReset(gatesZ)[0]);
    },
    candidate(k, dh) {
      const { z, g, candidateZ } = steps[k]!;
      return activation.gradient(tf.mul<tf.Tensor2D>(run.newGradient(k, dh), tf.sub(1, z)), g, candidateZ);
    },
    reset(k, dResult) {
      const { r, gatesZ, resettable } = steps[k]!;
      return recurrentActivation.gradient(tf.mul<tf.Tensor2D>(dResult, resettable), r, updateAndReset(gatesZ)[1]);
    },
    state: (k, dh) => run.stateGradient(k, tf.mul<tf.Tensor2D>(run.newGradient(k, dh), steps[k]!.z), dh),
  };
}
