import type { Plan } from "../../plan/types.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { Imports } from "../imports.ts";
import { outputMask } from "../output.ts";
import { batchInterface, SAMPLES_OF_BATCH } from "./arrays.ts";
import {
  COMMAND_IMPORTS,
  CREATE,
  commandLineCode,
  example,
  FOOTER,
  MEMBERS,
  openRunCode,
  PREDICTOR_IMPORTS,
  type PredictFiles,
} from "./parts.ts";

/** Sequences of labels that a model learned by ctc: best path decoding, on request beside the targets. */
export function predictLabelSequences(plan: Plan): PredictFiles {
  return { predictor: predictor(plan), command: command() };
}

function predictor(plan: Plan): string {
  const mask = outputMask(plan) === undefined ? "" : ", mask";
  const [timesteps] = plan.layers.at(-1)!.outputShape;
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": ["INPUTS", "type InputSamples", "readInputs"],
    "./support/data/arrays.ts": ["arrayInputs"],
    "./support/data/nested.ts": ["arrayOf"],
    "./support/nn/losses/ctc.ts": ["checkedPaths", "pathLabels"],
  };
  const output = `{
    const { output${mask} } = forward(w, inputs);
    return checkedPaths(output${mask});
  }`;
  return `${example([`const [labels] = await predictor.predict({ ${plan.dataset.inputs[0]!.name}: samples });`])}${Imports.of(own).declarations()}

const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};
/** Of the output. */
const TIMESTEPS = ${timesteps};

${batchInterface(plan)}

export interface Predictor {
${MEMBERS}
  /** The labels of each sample: those of the most probable path, repeats merged, then blanks removed. */
  predict(batch: Batch): Promise<number[][]>;
  /** The same of samples that data.ts has read. */
  predictSamples(samples: InputSamples): Promise<number[][]>;
}

${CREATE}
${openRunCode(output)}
  const predictSamples = async (samples: InputSamples): Promise<number[][]> => {
    const { count } = samples;
    const predictions: number[][] = [];
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const batch = Math.min(BATCH_SIZE, count - start);
      const inputs = await readInputs(samples, Int32Array.from({ length: batch }, (_, k) => start + k));
      const paths = run(inputs);
      const classes = requireFinite(await paths.data<"float32">(), path); // [B, TIMESTEPS + 1]
      tf.dispose([inputs, paths]);
      const size = TIMESTEPS + 1;
      for (let b = 0; b < batch; b++) predictions.push(pathLabels(classes.subarray(b * size, b * size + TIMESTEPS)));
    }
    return predictions;
  };
  return {
    run: path,
    predictSamples,
    predict: async (batch) => predictSamples(${SAMPLES_OF_BATCH}),
  };
}
`;
}

function command(): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["INPUTS", "loadData", "loadInputs"],
    "./support/data/npy.ts": ["formatNpy"],
    "./support/system/files.ts": ["writeOutput"],
    "./support/system/options.ts": ["file", "folder", "inputFiles", "integer", "readOptions", "several", "usage"],
    "./support/run/program.ts": ["dataFolder"],
    "./support/run/training.ts": ["firstSamples"],
  };
  const options = [
    `input: several("FILE.npy", "the samples to read; NAME=FILE.npy for each of several inputs"),`,
    `demo: integer("read N test samples, beside their labels", { minimum: 1, maximum: 1e6, otherwise: undefined }),`,
    `data: folder("folder with the test samples, for --demo (default: that of the spec)"),`,
    `output: file("write the labels to this file, padded with 0, instead of printing them", "FILE.npy"),`,
  ];
  return `//
// Reads a sequence of labels from each sample with the weights of a run:
//
//   predict.ts [options] --input FILE.npy
//   predict.ts [options] --demo N
//
// The labels are those of the most probable path: repeats merged, then blanks removed. A line (or with --output a row, padded with
// 0) for each sample. \`--help\` lists the options.
${Imports.of(own).declarations()}

${commandLineCode({
  summary: "Reads sequences of labels with a trained",
  options,
  needs: [["data", "demo"]],
  excludes: [
    ["demo", "input"],
    ["json", "output"],
  ],
})}
  const { demo } = options;
  const test =
    demo === undefined ? undefined : firstSamples((await loadData(options.data ?? dataFolder(PROGRAM), () => undefined)).test, demo);
  const samples = test ?? loadInputs(inputFiles(options.input, INPUTS.map(({ name }) => name)));
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);
  const read = await predictor.predictSamples(samples);
  if (options.output !== undefined) {
    const length = Math.max(1, ...read.map((labels) => labels.length));
    const values = new Int32Array(read.length * length);
    for (const [k, labels] of read.entries()) values.set(labels, k * length);
    writeOutput(options.output, formatNpy(values, [read.length, length]));
    say(\`\${options.output}: shape (\${read.length}, \${length})\`);
    return 0;
  }
  const targets: number[][] = [];
  for (let k = 0; k < (test?.count ?? 0); k++) {
    targets.push([...(await test!.read(Int32Array.of(k))).targets].filter((label) => label !== 0));
  }
  const predictions = read.map((labels, k): { labels: number[]; target?: number[] } => {
    const target = targets[k];
    return target === undefined ? { labels } : { labels, target };
  });
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
