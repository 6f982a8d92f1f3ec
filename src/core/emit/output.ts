import type { Plan } from "../plan/types.ts";
import { isSequence } from "../spec/shapes.ts";
import { kernels } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";

const SEQUENCE = kernels("sequence");

export function endsInSequence({ layers }: Plan): boolean {
  return isSequence(layers.at(-1)!.outputShape);
}

/** "Sequence" or "tf.Tensor2D": what the last layer gives. */
export function outputType({ plan, imports }: ModelContext): string {
  return endsInSequence(plan) ? imports.type(SEQUENCE, "Sequence") : "tf.Tensor2D";
}

export function maskType({ imports }: ModelContext): string {
  return imports.type(SEQUENCE, "Mask");
}

/** The layer whose mask goes with the output, a sequence. */
export function outputMask(plan: Plan): string | undefined {
  const last = plan.layers.at(-1)!;
  return endsInSequence(plan) ? last.outputMask : undefined;
}

/** Of the file that an expression of the output stands in. */
type OutputContext = Pick<ModelContext, "plan" | "imports">;

/** The last layer's output as people read it: `tf.softmax(output)` where the loss took the softmax over. */
export function predictionExpression(context: OutputContext, output: string): string {
  const { fusion } = context.plan.training.loss;
  return fusion === "none" ? output : onRows(context, `tf.${fusion}`, output);
}

/** A function of matrices on the output, which may be a sequence. */
function onRows({ plan, imports }: OutputContext, name: string, output: string): string {
  if (!endsInSequence(plan)) return `${name}(${output})`;
  const [withRows, rowsOf] = [imports.value(SEQUENCE, "withRows"), imports.value(SEQUENCE, "rowsOf")];
  return `${withRows}(${output}, ${name}(${rowsOf}(${output})))`;
}

/** Probabilities of the classes from the model's prediction: it may be logits, or the scores of a hinge loss. */
export function probabilityExpression(context: OutputContext, prediction: string): string {
  const { loss } = context.plan.training;
  if ("fromLogits" in loss && loss.fromLogits) {
    return onRows(context, loss.type === "binaryCrossentropy" ? "tf.sigmoid" : "tf.softmax", prediction);
  }
  const scores = ["hinge", "squaredHinge", "categoricalHinge"].includes(loss.type);
  return scores ? onRows(context, "tf.softmax", prediction) : prediction;
}
