import * as tf from "@tensorflow/tfjs-core";
import type { Activation } from "./activations.ts";
import { affine, matMulTransposedA, matMulTransposedB } from "./matmul.ts";
import { concatRows, Sequence } from "./sequence.ts";

/** Columns of kernel, recurrentKernel and bias are the gates i, f, c, o (input, forget, candidate, output), as in Keras. */
export interface LstmWeights<T1 = tf.Variable<tf.Rank.R1>, T2 = tf.Variable<tf.Rank.R2>> {
  /** [I, 4·units] */
  kernel: T2;
  /** [units, 4·units] */
  recurrentKernel: T2;
  /** [4·units]; absent with useBias: false */
  bias?: T1;
}

export type LstmGradients = LstmWeights<tf.Tensor1D, tf.Tensor2D>;

export interface LstmActivations {
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
}

interface LstmStep {
  /** Gate outputs and states, each [B, units]. */
  i: tf.Tensor2D;
  f: tf.Tensor2D;
  g: tf.Tensor2D;
  o: tf.Tensor2D;
  c: tf.Tensor2D;
  /** a(c) */
  a: tf.Tensor2D;
  h: tf.Tensor2D;
  /** Gate preactivations [B, 4·units] */
  z: tf.Tensor2D;
}

export interface LstmOutput {
  x: Sequence;
  steps: LstmStep[];
  /** h of every step: T × [B, units] */
  sequence: Sequence;
  /** h of the last step: [B, units] */
  last: tf.Tensor2D;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), from zero states:
 * z = x·kernel + h·recurrentKernel + bias;  i, f, o = r(z_i), r(z_f), r(z_o);  g = a(z_c);  c' = f·c + i·g;  h' = o·a(c').
 * x: T × [B, I]. The projection x·kernel + bias of all steps is one matmul.
 */
export function lstmForward(
  x: Sequence,
  w: LstmWeights,
  { activation, recurrentActivation }: LstmActivations,
): LstmOutput {
  const projected = Sequence.fromRows(affine(x.rows, w.kernel, w.bias), x.timesteps).steps;
  const steps: LstmStep[] = [];
  for (const projection of projected) {
    const previous = steps.at(-1);
    const z =
      previous === undefined ? projection : tf.add<tf.Tensor2D>(projection, tf.matMul(previous.h, w.recurrentKernel));
    const [zi, zf, zc, zo] = tf.split(z, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const i = recurrentActivation.apply(zi);
    const f = recurrentActivation.apply(zf);
    const g = activation.apply(zc);
    const o = recurrentActivation.apply(zo);
    const c: tf.Tensor2D = previous === undefined ? tf.mul(i, g) : tf.add(tf.mul(f, previous.c), tf.mul(i, g));
    const a = activation.apply(c);
    steps.push({ i, f, g, o, c, a, h: tf.mul(o, a), z });
  }
  return { x, steps, sequence: Sequence.fromSteps(steps.map((step) => step.h)), last: steps.at(-1)!.h };
}

/**
 * Backpropagation through time for `dy`, the gradient of every step's h (a Sequence) or of the last h alone ([B, units]).
 * What does not depend on later steps — every gate's derivative — is computed for all steps at once; only dz, dh and dc are
 * sequential. Weight gradients are one matmul over all steps each. `dx` is computed only where `inputGradient` asks for it.
 */
export function lstmBackward<InputGradient extends boolean>(
  dy: Sequence | tf.Tensor2D,
  forward: LstmOutput,
  w: LstmWeights,
  { activation, recurrentActivation }: LstmActivations,
  { inputGradient }: { inputGradient: InputGradient },
): { dw: LstmGradients; dx: InputGradient extends true ? Sequence : undefined } {
  const { x, steps } = forward;
  const timesteps = steps.length;
  const all = (pick: (step: LstmStep) => tf.Tensor2D): tf.Tensor2D => concatRows(steps.map(pick)); // [T·B, units]
  const zero = tf.zerosLike(steps[0]!.h);
  const previous = (pick: (step: LstmStep) => tf.Tensor2D): tf.Tensor2D =>
    concatRows([zero, ...steps.slice(0, -1).map(pick)]); // [T·B, units], one step late

  const [i, f, g, o, a] = [all((s) => s.i), all((s) => s.f), all((s) => s.g), all((s) => s.o), all((s) => s.a)];
  const needsZ = activation.needsPreactivation || recurrentActivation.needsPreactivation;
  const [zi, zf, zc, zo] = needsZ
    ? (tf.split(
        all((s) => s.z),
        4,
        1,
      ) as tf.Tensor2D[])
    : [];
  // dz = [dc, dc, dc, dh] · gates, elementwise; dc = dh · output + dc of the next step · its f.
  const gates = Sequence.fromRows(
    tf.concat2d(
      [
        recurrentActivation.gradient(g, i, zi),
        recurrentActivation.gradient(
          previous((s) => s.c),
          f,
          zf,
        ),
        activation.gradient(i, g, zc),
        recurrentActivation.gradient(a, o, zo),
      ],
      1,
    ),
    timesteps,
  ).steps;
  const output = Sequence.fromRows(
    activation.gradient(o, a, activation.needsPreactivation ? all((s) => s.c) : undefined),
    timesteps,
  ).steps;

  const recurrentKernelT = tf.transpose(w.recurrentKernel); // [4·units, units], once for all steps
  const dzs = new Array<tf.Tensor2D>(timesteps);
  let dhNext: tf.Tensor2D | undefined;
  let dcNext: tf.Tensor2D | undefined;
  for (let t = timesteps - 1; t >= 0; t--) {
    const own = dy instanceof Sequence ? dy.steps[t]! : t === timesteps - 1 ? dy : undefined;
    const dh: tf.Tensor2D = own === undefined ? dhNext! : dhNext === undefined ? own : tf.add<tf.Tensor2D>(own, dhNext);
    const throughOutput = tf.mul<tf.Tensor2D>(dh, output[t]!);
    const dc: tf.Tensor2D = dcNext === undefined ? throughOutput : tf.add<tf.Tensor2D>(throughOutput, dcNext);
    const dz = tf.mul<tf.Tensor2D>(tf.concat2d([dc, dc, dc, dh], 1), gates[t]!);
    dzs[t] = dz;
    if (t > 0) {
      dhNext = tf.matMul<tf.Tensor2D>(dz, recurrentKernelT);
      dcNext = tf.mul<tf.Tensor2D>(dc, steps[t]!.f);
    }
  }

  const dz = concatRows(dzs); // [T·B, 4·units]
  const kernel = matMulTransposedA(x.rows, dz);
  const recurrentKernel = matMulTransposedA(
    previous((s) => s.h),
    dz,
  );
  return {
    dw:
      w.bias === undefined
        ? { kernel, recurrentKernel }
        : { kernel, recurrentKernel, bias: tf.sum<tf.Tensor1D>(dz, 0) },
    dx: (inputGradient
      ? Sequence.fromRows(matMulTransposedB(dz, w.kernel), timesteps)
      : undefined) as InputGradient extends true ? Sequence : undefined,
  };
}
