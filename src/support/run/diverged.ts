import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../system/user-error.ts";
import type { TrainingState } from "./checkpoint.ts";
import { type ProgramIdentity, shownSpec } from "./program.ts";

/** The loss, a weight or an output is no number any more. */
export class DivergedError extends UserError {
  constructor(message: string, fix: string) {
    super(message, { exitCode: 1, fix });
    this.name = "diverged";
  }
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * The error for a loss that is no number: names the first weight, or else the first layer, that has left the finite numbers.
 * @param weights "layer/weight" → tensor
 * @param outputs makes the output of each layer for some samples, by layer
 */
export async function divergedError(
  { epoch, step }: Pick<TrainingState, "epoch" | "step">,
  program: Pick<ProgramIdentity, "folder" | "spec">,
  layers: readonly { readonly name: string; readonly specLine: number }[],
  weights: Tensors,
  outputs: () => Tensors,
): Promise<DivergedError> {
  const copies = tf.tidy(() =>
    Object.fromEntries(Object.entries(outputs()).map(([name, output]) => [name, tf.clone(output)])),
  );
  const culprit = (await firstNonFinite(weights)) ?? (await firstNonFinite(copies));
  tf.dispose(copies);
  const layer = layers.find(({ name }) => name === culprit?.split("/")[0]);
  const where = layer === undefined ? "" : `${shownSpec(program)}:${layer.specLine}: `;
  const what =
    culprit === undefined ? "the loss" : culprit.includes("/") ? `weight ${culprit}` : `the output of ${culprit}`;
  return new DivergedError(
    `${where}${what} is not finite (${step === 0 ? `after epoch ${epoch - 1}` : `epoch ${epoch}, step ${step}`})`,
    "lower optimizer.learningRate, scale the input, or use tanh instead of relu in recurrent layers",
  );
}

/** The first of the named tensors that holds NaN or an infinity. */
async function firstNonFinite(tensors: Tensors): Promise<string | undefined> {
  for (const [name, tensor] of Object.entries(tensors)) {
    const values = await tensor.data<"float32">();
    if (!values.every(Number.isFinite)) return name;
  }
  return undefined;
}
