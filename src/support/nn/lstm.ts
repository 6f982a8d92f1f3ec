import * as tf from "@tensorflow/tfjs-core";
import type { Activation } from "./activations.ts";
import {
  addGradients,
  type InputGradientOf,
  type RecurrentExtra,
  type RecurrentForward,
  type RecurrentLayer,
  type RecurrentOptions,
  type RecurrentOutput,
  RecurrentRun,
} from "./recurrent.ts";
import { concatRows, type Features, Sequence } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

/** Columns of kernel, recurrentKernel and bias are the gates i, f, c, o (input, forget, candidate, output), as in Keras. */
export interface LstmWeights<
  T1 extends tf.Tensor1D = tf.Variable<tf.Rank.R1>,
  T2 extends tf.Tensor2D = tf.Variable<tf.Rank.R2>,
> {
  /** [I, 4·units] */
  readonly kernel: T2;
  /** [units, 4·units] */
  readonly recurrentKernel: T2;
  /** [4·units]; absent with useBias: false */
  readonly bias?: T1;
}

type Weights = LstmWeights<tf.Tensor1D, tf.Tensor2D>;

export interface LstmOptions extends RecurrentOptions {
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
}

/** Each [B, units]. */
export interface LstmState {
  readonly h: tf.Tensor2D;
  readonly c: tf.Tensor2D;
}

/** Values of one step, or of several below one another; each [N, units]. */
interface LstmGates {
  readonly i: tf.Tensor2D;
  readonly f: tf.Tensor2D;
  /** Candidate, a(z_c) */
  readonly g: tf.Tensor2D;
  readonly o: tf.Tensor2D;
  readonly c: tf.Tensor2D;
  /** a(c) */
  readonly a: tf.Tensor2D;
}

interface LstmStep extends LstmGates, LstmState {
  /** Gate preactivations [B, 4·units] */
  readonly z: tf.Tensor2D;
  /** c and h before this step; undefined at the first step, where they are 0. */
  readonly previousC: tf.Tensor2D | undefined;
  readonly previousH: tf.Tensor2D | undefined;
}

export interface LstmForward<O extends RecurrentOptions = RecurrentOptions>
  extends RecurrentForward<RecurrentOutput<O>, LstmState> {
  readonly steps: readonly LstmStep[];
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000):
 * z = x·kernel + h·recurrentKernel + bias;  i, f, o = r(z_i), r(z_f), r(z_o);  g = a(z_c);  c' = f·c + i·g;  h' = o·a(c').
 * x: T × [B, I]; y: T × [B, units] or [B, units]. The projection x·kernel + bias of all steps is one matmul.
 */
export function lstmForward<O extends LstmOptions>(
  x: Sequence,
  w: Weights,
  options: O,
  extra: RecurrentExtra<LstmState> = {},
): LstmForward<O> {
  const run = new RecurrentRun(x, options, extra);
  const projections = run.stepsOf(run.projection(w.kernel, w.bias));
  const product = run.recurrentProduct(w.recurrentKernel);
  const steps: LstmStep[] = [];
  let state = extra.initialState;
  for (const [k, projection] of projections.entries()) {
    const previousH = state?.h;
    const z: tf.Tensor2D = previousH === undefined ? projection : tf.add(projection, product.forward(previousH));
    const { h, ...gates } = lstmGates(z, state?.c, options);
    const next: LstmState = { h: run.stateAfter(k, h, state?.h), c: run.stateAfter(k, gates.c, state?.c) };
    steps.push({ ...gates, ...next, z, previousH, previousC: state?.c });
    state = next;
  }
  const { h, c } = steps.at(-1)!;
  return {
    y: run.output(
      steps.map((step) => step.h),
      options,
    ),
    state: { h, c },
    run,
    steps,
  };
}

/** The elementwise part of a step. z: [B, 4·units]; previousC: [B, units], or undefined for zeros. */
function lstmGates(
  z: tf.Tensor2D,
  previousC: tf.Tensor2D | undefined,
  { activation, recurrentActivation }: LstmOptions,
): LstmGates & { h: tf.Tensor2D } {
  let i: tf.Tensor2D, f: tf.Tensor2D, g: tf.Tensor2D, o: tf.Tensor2D;
  if (recurrentActivation.elementwise) {
    // One call for all columns is cheaper than three for the gates, although it wastes those of the candidate.
    [i, f, , o] = blocks(recurrentActivation.apply(z));
    const units = z.shape[1] / 4;
    g = activation.apply(tf.slice2d(z, [0, 2 * units], [z.shape[0], units]));
  } else {
    const [zi, zf, zc, zo] = blocks(z);
    [i, f, g, o] = [
      recurrentActivation.apply(zi),
      recurrentActivation.apply(zf),
      activation.apply(zc),
      recurrentActivation.apply(zo),
    ];
  }
  const admitted = tf.mul<tf.Tensor2D>(i, g);
  const c = previousC === undefined ? admitted : tf.add<tf.Tensor2D>(tf.mul(f, previousC), admitted);
  const a = activation.apply(c);
  return { i, f, g, o, c, a, h: tf.mul(o, a) };
}

/** [N, 4·units] → 4 × [N, units] */
function blocks(gates: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  return tf.split(gates, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
}

/**
 * Backpropagation through time for `dy`, the gradient of y. What does not depend on later steps — every gate's derivative —
 * is computed for all steps at once; only dz, dh and dc are sequential. Weight gradients are one matmul over all steps each.
 * `dx` is computed only where `inputGradient` asks for it.
 */
export function lstmBackward<W extends Weights, InputGradient extends boolean>(
  dy: Features,
  forward: LstmForward,
  w: W,
  options: LstmOptions,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<W>; dx: InputGradientOf<InputGradient> } {
  const { run, steps } = forward;
  const elementwise = options.activation.elementwise && options.recurrentActivation.elementwise;
  const derivatives = elementwise ? lstmDerivatives(forward, options) : undefined;
  const product = run.recurrentProduct(w.recurrentKernel);
  const own = run.outputGradients(dy);

  const dzs = new Array<tf.Tensor2D>(steps.length);
  let dhNext: tf.Tensor2D | undefined;
  let dcNext: tf.Tensor2D | undefined;
  for (let k = steps.length - 1; k >= 0; k--) {
    const dh = addGradients(own[k], dhNext)!;
    let dcPrevious: tf.Tensor2D;
    if (derivatives !== undefined) {
      const { gates, output, forget } = derivatives;
      const dc = addGradients(tf.mul<tf.Tensor2D>(dh, output[k]!), dcNext)!;
      dzs[k] = tf.mul<tf.Tensor2D>(tf.concat2d([dc, dc, dc, dh], 1), gates[k]!);
      dcPrevious = tf.mul(dc, forget[k]!);
    } else {
      const dcNew = dcNext && run.newGradient(k, dcNext);
      const { dz, dc } = lstmGateGradients(run.newGradient(k, dh), dcNew, steps[k]!, options);
      dzs[k] = dz;
      const throughNew = tf.mul<tf.Tensor2D>(dc, steps[k]!.f);
      dcPrevious = dcNext === undefined ? throughNew : run.stateGradient(k, throughNew, dcNext);
    }
    if (k === 0) break;
    dcNext = dcPrevious;
    dhNext = run.stateGradient(k, product.stepGradient(dzs[k]!), dh);
  }

  const dz = run.rowsOf(dzs); // [T·B, 4·units], in the order of time, as the input is
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

/** Factors of one step's backward pass, of every step: dz = [dc, dc, dc, dh] · gates with dc = dh · output + dc of the next step. */
interface LstmDerivatives {
  /** [B, 4·units] each */
  readonly gates: tf.Tensor2D[];
  /** ∂h/∂c, [B, units] each */
  readonly output: tf.Tensor2D[];
  /** ∂c/∂(c before), [B, units] each */
  readonly forget: readonly tf.Tensor2D[];
}

/** For elementwise activations: all factors, for all steps at once. */
function lstmDerivatives({ run, steps }: LstmForward, options: LstmOptions): LstmDerivatives {
  const { activation, recurrentActivation } = options;
  const zero = tf.zerosLike(steps[0]!.h);
  const all = (pick: (step: LstmStep) => tf.Tensor2D): tf.Tensor2D => concatRows(steps.map(pick)); // [T·B, …]
  const values: LstmGates = {
    i: all((s) => s.i),
    f: all((s) => s.f),
    g: all((s) => s.g),
    o: all((s) => s.o),
    a: all((s) => s.a),
    c: activation.needsPreactivation ? all((s) => s.c) : zero,
  };
  const z = activation.needsPreactivation || recurrentActivation.needsPreactivation ? all((s) => s.z) : undefined;
  let { gates, output } = lstmGateDerivatives(
    values,
    z,
    all((s) => s.previousC ?? zero),
    options,
  );
  let forget: readonly tf.Tensor2D[] = steps.map((step) => step.f);
  const split = (rows: tf.Tensor2D): tf.Tensor2D[] => Sequence.fromRows(rows, steps.length).steps;
  if (run.kept !== undefined && run.held !== undefined) {
    // A masked step gives nothing to its gates and hands dc on as it is.
    const [kept, held] = [concatRows(run.kept), concatRows(run.held)];
    gates = tf.mul(gates, kept);
    output = tf.mul(output, kept);
    forget = split(tf.add(tf.mul(values.f, kept), held));
  }
  return { gates: split(gates), output: split(output), forget };
}

/** Derivatives of h by c and of c and h by z, for any number of rows. z: [N, 4·units]; previousC: [N, units]. */
function lstmGateDerivatives(
  { i, f, g, o, a, c }: LstmGates,
  z: tf.Tensor2D | undefined,
  previousC: tf.Tensor2D,
  { activation, recurrentActivation }: LstmOptions,
): { gates: tf.Tensor2D; output: tf.Tensor2D } {
  const [zi, zf, zc, zo] = z === undefined ? [] : blocks(z);
  const gates = tf.concat2d(
    [
      recurrentActivation.gradient(g, i, zi),
      recurrentActivation.gradient(previousC, f, zf),
      activation.gradient(i, g, zc),
      recurrentActivation.gradient(a, o, zo),
    ],
    1,
  );
  return { gates, output: activation.gradient(o, a, c) };
}

/** For any activations: dz [B, 4·units] and dc [B, units] of one step from the gradients of its h and c. */
function lstmGateGradients(
  dh: tf.Tensor2D,
  dcNext: tf.Tensor2D | undefined,
  { i, f, g, o, a, c, z, previousC }: LstmStep,
  { activation, recurrentActivation }: LstmOptions,
): { dz: tf.Tensor2D; dc: tf.Tensor2D } {
  const dc = addGradients(activation.gradient(tf.mul<tf.Tensor2D>(dh, o), a, c), dcNext)!;
  const [zi, zf, zc, zo] = blocks(z);
  const dz = tf.concat2d(
    [
      recurrentActivation.gradient(tf.mul<tf.Tensor2D>(dc, g), i, zi),
      recurrentActivation.gradient(
        previousC === undefined ? tf.zerosLike(f) : tf.mul<tf.Tensor2D>(dc, previousC),
        f,
        zf,
      ),
      activation.gradient(tf.mul<tf.Tensor2D>(dc, i), g, zc),
      recurrentActivation.gradient(tf.mul<tf.Tensor2D>(dh, a), o, zo),
    ],
    1,
  );
  return { dz, dc };
}

/** For layers that wrap a recurrent layer. */
export const LSTM: RecurrentLayer<Weights, LstmOptions, LstmState, LstmForward> = {
  forward: lstmForward,
  backward: lstmBackward,
};

export type LstmGradients = GradientsOf<LstmWeights>;
