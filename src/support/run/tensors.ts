import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../system/user-error.ts";

/** Variables by name. */
type Variables = Readonly<Record<string, tf.Variable>>;

/** All variables of several records, by record and name: what a captured program holds. */
export function variablesOf(records: Readonly<Record<string, Variables>>): Record<string, tf.Variable> {
  const all: Record<string, tf.Variable> = {};
  for (const [record, variables] of Object.entries(records)) {
    for (const [name, variable] of Object.entries(variables)) all[`${record}/${name}`] = variable;
  }
  return all;
}

/** Reads tensors back from the device, keyed as they came. */
export async function readTensors(
  tensors: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, { shape: number[]; values: Float32Array }>> {
  const read: Record<string, { shape: number[]; values: Float32Array }> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    read[name] = { shape: tensor.shape.slice(), values: Float32Array.from(await tensor.data<"float32">()) };
  }
  return read;
}

/**
 * Assigns saved values to variables of the same names and shapes.
 * @throws UserError (exit code 2) where they are others, as in a model.ts that was edited
 */
export function assignTensors(
  variables: Variables,
  values: Readonly<Record<string, { shape: readonly number[]; values: Float32Array }>>,
): void {
  for (const [name, variable] of Object.entries(variables)) {
    const saved = values[name];
    if (saved === undefined || saved.shape.join() !== variable.shape.join()) {
      const there = saved === undefined ? "no such weight" : `the shape [${saved.shape}]`;
      throw new UserError(`${name} has the shape [${variable.shape}], but the run has ${there}`, {
        exitCode: 2,
        fix: "name a run of this program, or train one",
      });
    }
    tf.tidy(() => variable.assign(tf.tensor(saved.values, variable.shape)));
  }
}
