import * as tf from "@tensorflow/tfjs-core";
import { Comparison, TOLERANCE } from "./compare.ts";
import type { LayerFixture } from "./fixtures.ts";
import {
  assignWeights,
  batchMajor,
  compileAnyModel,
  inputOf,
  specLayers,
  stepInputs,
  timeMajor,
  toTensor,
  type Workspace,
  weightOf,
} from "./program.ts";

/** Output and gradients of a chain of layers. Returns what differs. */
export async function checkLayer(fixture: LayerFixture, workspace: Workspace): Promise<string | undefined> {
  const { input, output, cotangent, training } = fixture;
  const isIds = input.dtype === "int32";
  if (cotangent === undefined && (fixture.inputGradient ?? fixture.weightGradients) !== undefined) {
    return "there are gradients, but no cotangent that they belong to";
  }
  const program = await workspace.load(
    compileAnyModel(
      {
        specVersion: 1,
        name: "fixture",
        dataset: {
          type: "arrays",
          inputs: [{ ...inputOf(input, fixture.layers), train: "x.npy", test: "x.npy" }],
          targets: {
            encoding: "numbers",
            features: output.shape.at(-1),
            ...(output.shape.length === 3 ? { timesteps: output.shape[1] } : {}),
            train: "y.npy",
            test: "y.npy",
          },
        },
        layers: specLayers(fixture.layers, fixture.hardSigmoid),
        optimizer: { type: "adam" },
        training: { loss: "meanSquaredError" },
      },
      { of: training === true ? "training" : "inference", inputGradient: !isIds },
    ),
  );
  const { model } = program;
  const comparison = new Comparison();
  tf.engine().startScope();
  const w = model.initializeWeights(0);
  try {
    assignWeights(model, w, fixture.weights);
    const x = { input: isIds ? toTensor(input) : timeMajor(toTensor(input)) };
    const dy = timeMajor(toTensor(cotangent ?? { ...output, data: output.data.map(() => 0) }));
    const gradient = dy.rank === 3 ? program.sequence(dy as tf.Tensor3D) : dy;
    // The training mode moves statistics, so it runs once; the inference output comes from the function that predicts.
    const inferred = training ? undefined : model.forward(w, x).prediction;
    const result = model.computeGradients(w, x, stepInputs(model, 0), () => ({ total: tf.scalar(0), gradient }));
    comparison.tensor("output", batchMajor(inferred ?? result.output), output, TOLERANCE.output);
    if (cotangent !== undefined) {
      if (fixture.inputGradient !== undefined) {
        const found = result.inputGradients?.input;
        if (found === undefined) return "the program gives no gradient of its input";
        comparison.tensor("inputGradient", batchMajor(found), fixture.inputGradient, TOLERANCE.gradient);
      }
      for (const wanted of fixture.weightGradients ?? []) {
        const found = weightOf(result.gradients, wanted.name!, "gradient of");
        comparison.tensor(`gradient of ${wanted.name}`, batchMajor(found), wanted, TOLERANCE.gradient);
      }
    }
    for (const wanted of fixture.weightsAfter ?? []) {
      const found = weightOf(model.namedWeights(w), wanted.name!);
      comparison.tensor(`${wanted.name} afterwards`, batchMajor(found), wanted, TOLERANCE.output);
    }
  } finally {
    tf.dispose(model.namedWeights(w));
    tf.engine().endScope();
  }
  return comparison.failure;
}
