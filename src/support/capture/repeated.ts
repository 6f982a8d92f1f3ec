import * as tf from "@tensorflow/tfjs-core";
import { captureProgram } from "./program.ts";
import type { Tensors } from "./trace.ts";

/**
 * A function of tensors and variables that is captured when inputs of the same shapes come a second time: capturing takes as long as
 * some calls, and often there is only one. The variables must not change after the first call. Inputs stay the caller's; the result
 * is tracked by the caller's tf.tidy.
 */
export function capturedWhenRepeated<I extends object, O extends tf.Tensor>(
  variables: Readonly<Record<string, tf.Variable>>,
  run: (inputs: I) => O,
): (inputs: I) => O {
  const byShape = new Map<string, (inputs: I) => O>();
  return (inputs) => {
    const shape = JSON.stringify(
      Object.entries(inputs as Tensors).map(([name, tensor]) => [name, tensor.dtype, tensor.shape]),
    );
    const known = byShape.get(shape);
    if (known !== undefined) return known(inputs);
    byShape.set(shape, (repeated) => {
      const program = captureProgram({
        enabled: true,
        variables,
        functions: { run: { run, examples: [repeated] } },
        log: () => undefined, // it runs eagerly then, as it did the first time
      });
      byShape.set(shape, program.functions.run);
      return program.functions.run(repeated);
    });
    return tf.tidy(() => run(inputs));
  };
}
