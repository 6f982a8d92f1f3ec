import type { DatasetInput, Plan } from "../../plan/types.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { Imports } from "../imports.ts";
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

/** The model's outputs for samples of arrays. */
export function predictArrays(plan: Plan): PredictFiles {
  return { predictor: predictor(plan), command: command() };
}

/** The type of one sample's input as nested numbers. */
function nestedType({ shape }: DatasetInput): string {
  return shape.slice(1).reduce((inner) => `readonly (${inner})[]`, "readonly number[]");
}

/** `Inputs` of predictor.ts: each input by its name, batch-major. */
export function batchInterface(plan: Plan): string {
  const lines = plan.dataset.inputs.map((input) => {
    const axes =
      input.kind === "ids" ? `[B][${input.shape[0]}] ids` : `[B]${input.shape.map((n) => `[${n}]`).join("")}`;
    return `  readonly ${input.name}: readonly (${nestedType(input)})[]; // ${axes}`;
  });
  return `/** Samples by input, batch-major: the sample is the first axis. Values are as in the data, not scaled. */
export interface Batch {
${lines.join("\n")}
}`;
}

/** The expression that reads a Batch like files. */
export const SAMPLES_OF_BATCH =
  "arrayInputs(INPUTS.map((input) => ({ ...input, file: input.name, array: arrayOf(batch[input.name], input.name) })))";

function predictor(plan: Plan): string {
  const { perTimestep } = plan.dataset.targets;
  const [first] = plan.dataset.inputs;
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": ["INPUTS", "type InputSamples", "readInputs"],
    "./support/data/arrays.ts": ["arrayInputs"],
    "./support/data/nested.ts": ["arrayOf"],
  };
  const sample = perTimestep ? "readonly (readonly number[])[]" : "readonly number[]";
  const output = perTimestep
    ? "tf.transpose(forward(w, inputs).prediction.tensor, [1, 0, 2])"
    : "tf.clone(forward(w, inputs).prediction)";
  return `${example([`const [first] = await predictor.predict({ ${first!.name}: samples${plan.dataset.inputs.length > 1 ? ", …" : ""} });`])}${Imports.of(own).declarations()}

const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};

${batchInterface(plan)}

/** What the model gives for a sample: ${perTimestep ? "[T][size]" : "[size]"}. */
export type Prediction = ${sample};

/** Predictions of all samples as one array, row-major. */
export interface Output {
  readonly values: Float32Array;
  /** ${perTimestep ? "[B, T, size]" : "[B, size]"} */
  readonly shape: readonly number[];
}

export interface Predictor {
${MEMBERS}
  /** A prediction for each sample. */
  predict(batch: Batch): Promise<Prediction[]>;
  /** The same of samples that data.ts has read. */
  predictSamples(samples: InputSamples): Promise<Output>;
}

${CREATE}
${openRunCode(output)}
  const predictSamples = async (samples: InputSamples): Promise<Output> => {
    const { count } = samples;
    const outputs: Float32Array[] = [];
    let shape: number[] = []; // of a sample
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const inputs = await readInputs(samples, Int32Array.from({ length: Math.min(BATCH_SIZE, count - start) }, (_, k) => start + k));
      const output = run(inputs);
      shape = output.shape.slice(1);
      outputs.push(requireFinite(await output.data<"float32">(), path));
      tf.dispose([inputs, output]);
    }
    const size = shape.reduce((product, n) => product * n, 1);
    const values = new Float32Array(count * size);
    for (const [k, output] of outputs.entries()) values.set(output, k * BATCH_SIZE * size);
    return { values, shape: [count, ...shape] };
  };
  return {
    run: path,
    predictSamples,
    predict: async (batch) => nested(await predictSamples(${SAMPLES_OF_BATCH})),
  };
}

/** The prediction of each sample, as nested numbers. */
export function nested({ values, shape }: Output): Prediction[] {
  const [count, ${perTimestep ? "timesteps, size" : "size"}] = shape as [number, ${perTimestep ? "number, number" : "number"}];
${
  perTimestep
    ? `  const row = (from: number): number[] => [...values.subarray(from, from + size)];
  return Array.from({ length: count }, (_, b) => Array.from({ length: timesteps }, (_, t) => row((b * timesteps + t) * size)));`
    : "  return Array.from({ length: count }, (_, b) => [...values.subarray(b * size, (b + 1) * size)]);"
}
}
`;
}

function command(): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["INPUTS", "loadInputs"],
    "./predictor.ts": ["createPredictor", "nested"],
    "./support/data/npy.ts": ["formatNpy"],
    "./support/system/files.ts": ["writeOutput"],
    "./support/system/options.ts": ["file", "inputFiles", "readOptions", "several", "usage"],
    "./support/system/shortest.ts": ["shortest"],
  };
  const options = [
    `input: several("FILE.npy", "the samples to predict; NAME=FILE.npy for each of several inputs"),`,
    `output: file("write the predictions to this file instead of printing them", "FILE.npy"),`,
  ];
  return `//
// Predicts the samples of .npy files with the weights of a run:
//
//   predict.ts [options] --input FILE.npy
//
// A line (or with --output an entry of the array) for each sample. \`--help\` lists the options.
${Imports.of(own).declarations()}

${commandLineCode({ summary: "Predicts with a trained", options, excludes: [["json", "output"]] })}
  const samples = loadInputs(inputFiles(options.input, INPUTS.map(({ name }) => name)));
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);
  const output = await predictor.predictSamples(samples);
  if (options.output !== undefined) {
    const { values, shape } = output;
    writeOutput(options.output, formatNpy(values, shape));
    say(\`\${options.output}: shape (\${shape.join(", ")})\`);
    return 0;
  }
  const predictions = nested(output);
  if (options.json) process.stdout.write(\`\${JSON.stringify(predictions)}\\n\`);
  else for (const row of predictions) process.stdout.write(\`\${row.flat().map(shortest).join(" ")}\\n\`);
  return 0;
}
${FOOTER}`;
}
