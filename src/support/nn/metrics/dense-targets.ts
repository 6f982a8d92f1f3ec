import * as tf from "@tensorflow/tfjs-core";
import { classTargets } from "../losses/class-targets.ts";
import { type Mask, rowsOf } from "../sequence.ts";
import { isLabels, type MetricTargets } from "./metric.ts";

/** [R, outputs] */
export function denseOf(targets: MetricTargets, outputs: number): tf.Tensor2D {
  return isLabels(targets) ? classTargets(targets, outputs) : rowsOf(targets);
}

export function maskRows(x: tf.Tensor, mask: Mask | undefined): tf.Tensor {
  return mask === undefined ? x : tf.mul(x, mask.rows);
}
