import type { Plan } from "../plan/types.ts";
import { INFERENCE_BATCH_SIZE } from "./context.ts";
import { outputMask } from "./loss.ts";
import { FOOTER, OPTIONS, RUN_IMPORT, SHARED_IMPORTS, WEIGHTS } from "./predict-parts.ts";
import { literal } from "./text.ts";

/** predict.ts of a model that learned sequences of labels by ctc: best path decoding, on request beside the targets. */
export function labelSequences(plan: Plan): string {
  const mask = outputMask(plan) === undefined ? "" : ", mask";
  const [timesteps] = plan.layers.at(-1)!.outputShape;
  return `//
// Reads a sequence of labels from each sample with the weights of a run:
//
//   predict.ts [--run DIR] [--backend NAME] [--json] [--output FILE.npy] --input FILE.npy
//   predict.ts [--run DIR] [--backend NAME] [--json] [--data DIR] --demo N
//
// The labels are those of the most probable path: repeats merged, then blanks removed. Of several inputs each has its file:
// --input NAME=FILE.npy. A line (or with --output a row, padded with 0) for each sample. --demo N: N test samples, beside their labels.
${SHARED_IMPORTS}
import { INPUTS, loadData, loadInputs, readInputs } from "./data.ts";
import { forward, type Inputs, initializeWeights, namedWeights } from "./model.ts";
import { selectBackend } from "./support/backends/select.ts";
${RUN_IMPORT}
import { loadCheckpoint } from "./support/checkpoint.ts";
import { formatNpy } from "./support/data/npy.ts";
import { reportFailure } from "./support/failure.ts";
import { atomicWrite } from "./support/files.ts";
import { bestPaths, pathLabels } from "./support/nn/losses/ctc.ts";
import { assignTensors } from "./support/nn/weights.ts";
import { inputFiles, parsePredictOptions } from "./support/options.ts";
import { firstSamples } from "./support/training.ts";

const NAME = ${literal(plan.name)};
const SPEC_FILE = ${literal(`${plan.name}.yaml`)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};
/** Of the output. */
const TIMESTEPS = ${timesteps};

async function main(): Promise<number> {
${OPTIONS}
  const { demo } = options;
  const test = demo === undefined ? undefined : firstSamples((await loadData(options.data, () => undefined)).test, demo);
  const samples = test ?? loadInputs(inputFiles(options.input, INPUTS.map(({ name }) => name)));
${WEIGHTS}
  const run = capturedWhenRepeated(namedWeights(w), (inputs: Inputs) => {
    const { output${mask} } = forward(w, inputs);
    return bestPaths(output${mask});
  });
  const { count } = samples;
  const predictions: { labels: number[]; target?: number[] }[] = [];
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const indices = Int32Array.from({ length: Math.min(BATCH_SIZE, count - start) }, (_, k) => start + k);
    const inputs = readInputs(samples, indices);
    const paths = run(inputs);
    const classes = await paths.data<"int32">(); // [B, TIMESTEPS]
    tf.dispose([inputs, paths]);
    for (const [k, index] of indices.entries()) {
      const labels = pathLabels(classes.subarray(k * TIMESTEPS, (k + 1) * TIMESTEPS));
      const target = test && { target: [...test.targets(Int32Array.of(index))].filter((label) => label !== 0) };
      predictions.push({ labels, ...target });
    }
  }
  if (options.output !== undefined) {
    const length = Math.max(1, ...predictions.map(({ labels }) => labels.length));
    const values = new Int32Array(count * length);
    for (const [k, { labels }] of predictions.entries()) values.set(labels, k * length);
    atomicWrite(options.output, formatNpy(values, [count, length]));
    process.stderr.write(\`\${options.output}: shape (\${count}, \${length})\\n\`);
    return 0;
  }
  if (options.json) process.stdout.write(\`\${JSON.stringify(predictions)}\\n\`);
  else for (const { labels, target } of predictions) process.stdout.write(\`\${line(labels, target)}\\n\`);
  return 0;
}

/** "3 1 2", beside a target "3 1 2, which is right" or "3 1, but it is 3 1 2". */
function line(labels: readonly number[], target: readonly number[] | undefined): string {
  const [read, truth] = [labels.join(" "), target?.join(" ")];
  if (truth === undefined) return read;
  return \`\${read || "nothing"}\${read === truth ? ", which is right" : \`, but it is \${truth || "nothing"}\`}\`;
}
${FOOTER}`;
}
