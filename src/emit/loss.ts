import type { Plan } from "../plan/types.ts";

/** TypeScript type of a batch's targets. */
export function targetsType(plan: Plan): string {
  const { kind, shape } = plan.dataset.targets;
  if (kind === "labels") return "tf.Tensor1D";
  return shape.length === 2 ? "tf.Tensor3D" : "tf.Tensor2D";
}

function lossFunction(plan: Plan): string {
  return plan.training.fusedHead ? "softmaxCrossEntropy" : plan.training.loss;
}

export function lossCall(plan: Plan, output: string): string {
  return `${lossFunction(plan)}(${output}, targets)`;
}

/** The sum over the batch that evaluation reports. */
export function evaluatedLoss(_plan: Plan, penalties: boolean): string {
  return penalties ? "tf.add(loss.total, tf.mul(penalty(w), targets.shape[0]))" : "loss.total";
}

/** Sums over the batch beside the loss, one per metric. */
export function metricCalls(plan: Plan, output: string): string[] {
  return plan.training.metrics.map((metric) =>
    metric === "accuracy" ? `correctPredictions(${output}, targets)` : `${metric}(${output}, targets).total`,
  );
}

export function lossImports(plan: Plan): Record<string, string[]> {
  const metrics = plan.training.metrics.map((metric) => (metric === "accuracy" ? "correctPredictions" : metric));
  return { "./support/nn/losses.ts": [lossFunction(plan), ...metrics, "type LossOutput"] };
}
