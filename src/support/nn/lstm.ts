import * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import { GateProducts, Gates } from "./gate-products.ts";
import {
  addGradients,
  type InputGradientOf,
  type RecurrentExtra,
  type RecurrentForward,
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
  readonly activation: ActivationFunction;
  readonly recurrentActivation: ActivationFunction;
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

/** i, f, c, o: of each gate, [N, units]. */
type EachGate = readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

interface LstmStep extends LstmGates, LstmState {
  /** Preactivations */
  readonly z: EachGate;
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
 * x: T × [B, I]; y: T × [B, units] or [B, units]. The projection x·kernel + bias of all steps is made at once.
 */
export function lstmForward<O extends LstmOptions>(
  x: Sequence,
  w: Weights,
  options: O,
  extra: RecurrentExtra<LstmState> = {},
): LstmForward<O> {
  const run = new RecurrentRun(x, options, extra);
  return lstmSteps(run, gateProducts(run, w), w.bias, options, extra.initialState);
}

/** The products of a pass's input and state with the kernels of the gates. */
export type LstmProducts = Readonly<
  Record<"input" | "state", Pick<GateProducts, "products" | "stepGradient" | "inputGradient" | "kernelGradient">>
>;

/** The forward pass, whatever the products are. */
export function lstmSteps<O extends LstmOptions>(
  run: RecurrentRun,
  products: LstmProducts,
  bias: tf.Tensor1D | undefined,
  options: O,
  initialState: LstmState | undefined,
): LstmForward<O> {
  const biases = bias === undefined ? undefined : tf.split<tf.Tensor1D>(bias, 4);
  const projections = products.input
    .products(run.input.rows)
    .map((rows, g) => run.stepsOf(biases === undefined ? rows : tf.add<tf.Tensor2D>(rows, biases[g]!)));
  const steps: LstmStep[] = [];
  let state = initialState;
  for (let k = 0; k < run.input.timesteps; k++) {
    const previousH = state?.h;
    const recurrent = previousH && products.state.products(previousH);
    const z = projections.map((gate, g) =>
      recurrent === undefined ? gate[k]! : tf.add<tf.Tensor2D>(gate[k]!, recurrent[g]!),
    ) as unknown as EachGate;
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

function gateProducts({ inputDropout, recurrentDropout }: RecurrentRun, w: Weights): LstmProducts {
  return {
    input: new GateProducts(w.kernel, 4, inputDropout),
    state: new GateProducts(w.recurrentKernel, 4, recurrentDropout),
  };
}

/** The elementwise part of a step. previousC: [B, units], or undefined for zeros. */
function lstmGates(
  [zi, zf, zc, zo]: EachGate,
  previousC: tf.Tensor2D | undefined,
  { activation, recurrentActivation }: LstmOptions,
): LstmGates & { h: tf.Tensor2D } {
  const i = recurrentActivation.apply(zi);
  const f = recurrentActivation.apply(zf);
  const g = activation.apply(zc);
  const o = recurrentActivation.apply(zo);
  const admitted = tf.mul<tf.Tensor2D>(i, g);
  const c = previousC === undefined ? admitted : tf.add<tf.Tensor2D>(tf.mul(f, previousC), admitted);
  const a = activation.apply(c);
  return { i, f, g, o, c, a, h: tf.mul(o, a) };
}

/**
 * Backpropagation through time for `dy`, the gradient of y. What does not depend on later steps — every gate's derivative —
 * is computed for all steps at once; only dz, dh and dc are sequential. Weight gradients are made over all steps at once.
 * `dx` is computed only where `inputGradient` asks for it.
 */
export function lstmBackward<W extends Weights, InputGradient extends boolean>(
  dy: Features,
  forward: LstmForward,
  w: W,
  options: LstmOptions,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: GradientsOf<W>; dx: InputGradientOf<InputGradient> } {
  const { run } = forward;
  const { kernel, recurrentKernel, bias, x } = lstmGradients(dy, forward, gateProducts(run, w), options, {
    inputGradient,
  });
  const dw = { kernel, recurrentKernel, ...(w.bias === undefined ? {} : { bias: bias() }) };
  const dx = x && Sequence.fromRows(x, run.input.timesteps);
  return { dw: dw as unknown as GradientsOf<W>, dx: dx as InputGradientOf<InputGradient> };
}

/** The backward pass, whatever the products are. `bias` makes the gradient of a bias; `x` is that of the input's rows. */
export function lstmGradients(
  dy: Features,
  forward: LstmForward,
  products: LstmProducts,
  options: LstmOptions,
  { inputGradient }: { inputGradient: boolean },
): { kernel: tf.Tensor2D; recurrentKernel: tf.Tensor2D; bias: () => tf.Tensor1D; x: tf.Tensor2D | undefined } {
  const { run, steps } = forward;
  const elementwise = options.activation.elementwise && options.recurrentActivation.elementwise;
  const derivatives = elementwise ? lstmDerivatives(forward, options) : undefined;
  const own = run.outputGradients(dy);

  const dzs = new Array<EachGate>(steps.length);
  let dhNext: tf.Tensor2D | undefined;
  let dcNext: tf.Tensor2D | undefined;
  for (let k = steps.length - 1; k >= 0; k--) {
    const dh = addGradients(own[k], dhNext)!;
    let dcPrevious: tf.Tensor2D;
    if (derivatives !== undefined) {
      const { gates, output, forget } = derivatives;
      const dc = addGradients(tf.mul<tf.Tensor2D>(dh, output[k]!), dcNext)!;
      const [di, df, dg, do_] = gates.map((gate) => gate[k]!) as unknown as EachGate;
      dzs[k] = [tf.mul(dc, di), tf.mul(dc, df), tf.mul(dc, dg), tf.mul(dh, do_)];
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
    dhNext = run.stateGradient(k, products.state.stepGradient(new Gates(dzs[k]!)), dh);
  }

  // Of each gate [T·B, units], in the order of time, as the input is.
  const dz = new Gates([0, 1, 2, 3].map((g) => run.rowsOf(dzs.map((step) => step[g]!))));
  const zero = tf.zerosLike(steps[0]!.h);
  return {
    kernel: products.input.kernelGradient(run.input.rows, dz),
    recurrentKernel: products.state.kernelGradient(run.rowsOf(steps.map((step) => step.previousH ?? zero)), dz),
    bias: () => tf.concat1d(dz.each.map((d) => tf.sum<tf.Tensor1D>(d, 0))),
    x: inputGradient ? products.input.inputGradient(dz) : undefined,
  };
}

/** Factors of the backward pass by step: dz = [dc, dc, dc, dh] · gates with dc = dh · output + dc of the next step. */
interface LstmDerivatives {
  /** Of i, f, c and o, [B, units] for each step */
  readonly gates: readonly (readonly tf.Tensor2D[])[];
  /** ∂h/∂c, [B, units] each */
  readonly output: readonly tf.Tensor2D[];
  /** ∂c/∂(c before), [B, units] each */
  readonly forget: readonly tf.Tensor2D[];
}

/** For elementwise activations: all factors, for all steps at once. */
function lstmDerivatives({ run, steps }: LstmForward, options: LstmOptions): LstmDerivatives {
  const { activation, recurrentActivation } = options;
  const zero = tf.zerosLike(steps[0]!.h);
  const all = (pick: (step: LstmStep) => tf.Tensor2D): tf.Tensor2D => concatRows(steps.map(pick)); // [T·B, units]
  const [i, f, g, o, a] = [all((s) => s.i), all((s) => s.f), all((s) => s.g), all((s) => s.o), all((s) => s.a)];
  const z = (gate: 0 | 1 | 2 | 3, { needsPreactivation }: ActivationFunction): tf.Tensor2D | undefined =>
    needsPreactivation ? all((s) => s.z[gate]) : undefined;
  const previousC = all((s) => s.previousC ?? zero);
  let gates = [
    recurrentActivation.gradient(g, i, z(0, recurrentActivation)),
    recurrentActivation.gradient(previousC, f, z(1, recurrentActivation)),
    activation.gradient(i, g, z(2, activation)),
    recurrentActivation.gradient(a, o, z(3, recurrentActivation)),
  ];
  let output = activation.gradient(o, a, activation.needsPreactivation ? all((s) => s.c) : undefined);
  let forget: readonly tf.Tensor2D[] = steps.map((step) => step.f);
  const split = (rows: tf.Tensor2D): tf.Tensor2D[] => Sequence.fromRows(rows, steps.length).steps;
  if (run.kept !== undefined && run.held !== undefined) {
    // A masked step gives nothing to its gates and hands dc on as it is.
    const [kept, held] = [concatRows(run.kept), concatRows(run.held)];
    gates = gates.map((gate) => tf.mul<tf.Tensor2D>(gate, kept));
    output = tf.mul(output, kept);
    forget = split(tf.add(tf.mul(f, kept), held));
  }
  return { gates: gates.map(split), output: split(output), forget };
}

/** For any activations: dz and dc, [B, units], of one step from the gradients of its h and c. */
function lstmGateGradients(
  dh: tf.Tensor2D,
  dcNext: tf.Tensor2D | undefined,
  { i, f, g, o, a, c, z: [zi, zf, zc, zo], previousC }: LstmStep,
  { activation, recurrentActivation }: LstmOptions,
): { dz: EachGate; dc: tf.Tensor2D } {
  const dc = addGradients(activation.gradient(tf.mul<tf.Tensor2D>(dh, o), a, c), dcNext)!;
  const throughForget = previousC === undefined ? tf.zerosLike(f) : tf.mul<tf.Tensor2D>(dc, previousC);
  const dz: EachGate = [
    recurrentActivation.gradient(tf.mul<tf.Tensor2D>(dc, g), i, zi),
    recurrentActivation.gradient(throughForget, f, zf),
    activation.gradient(tf.mul<tf.Tensor2D>(dc, i), g, zc),
    recurrentActivation.gradient(tf.mul<tf.Tensor2D>(dh, a), o, zo),
  ];
  return { dz, dc };
}
