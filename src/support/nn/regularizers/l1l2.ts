import * as tf from "@tensorflow/tfjs-core";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import type { RegularizerFunction } from "./regularizer.ts";

export function l1l2(l1Factor: number, l2Factor: number): RegularizerFunction {
  const [first, second] = [l1(l1Factor), l2(l2Factor)];
  return {
    penalty: (w) => tf.add(first.penalty(w), second.penalty(w)),
    gradient: (w) => tf.add(first.gradient(w), second.gradient(w)),
  };
}
