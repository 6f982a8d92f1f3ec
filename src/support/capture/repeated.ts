import * as tf from "@tensorflow/tfjs-core";
import { captureProgram, shapesOf, type TensorTree } from "./program.ts";

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
    const shapes = shapesOf(inputs as TensorTree);
    const known = byShape.get(shapes);
    if (known !== undefined) return known(inputs);
    byShape.set(shapes, (repeated) => {
      const program = captureProgram({
        enabled: true,
        variables,
        functions: { run: { run, examples: [repeated] } },
        log: () => undefined, // it runs eagerly then, as it did the first time
      });
      byShape.set(shapes, program.functions.run);
      return program.functions.run(repeated);
    });
    return tf.tidy(() => run(inputs));
  };
}
