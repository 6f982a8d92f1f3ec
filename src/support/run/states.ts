import * as tf from "@tensorflow/tfjs-core";
import type { CapturedProgram } from "../capture/program.ts";

/** Stateful layers begin an epoch and an evaluation with zeros. `states` are named as the program holds them. */
export function setToZero(
  program: Pick<CapturedProgram<unknown>, "push">,
  states: Readonly<Record<string, tf.Variable>>,
): void {
  for (const variable of Object.values(states)) tf.tidy(() => variable.assign(tf.zerosLike(variable)));
  program.push(Object.keys(states));
}
