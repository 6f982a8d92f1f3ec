import type { Plan } from "../plan/types.ts";
import { type EmitContext, INFERENCE_BATCH_SIZE } from "./context.ts";
import { probabilityExpression } from "./loss.ts";
import { labelSequences } from "./predict-labels.ts";
import { FOOTER, OPTIONS, RUN_IMPORT, runFunction, SHARED_IMPORTS, WEIGHTS } from "./predict-parts.ts";
import { header, literal } from "./text.ts";
import { printFile } from "./write.ts";

/** predict.ts: applies the weights of a run to new input. What it reads and prints depends on the kind of dataset. */
export function emitPredict(context: EmitContext): string {
  const { plan } = context;
  switch (plan.dataset.type) {
    case "mnist":
    case "digits":
    case "idx":
      return printFile([header(context), images(plan, plan.dataset.scale)]);
    case "csv":
      return printFile([header(context), forecast(plan)]);
    case "text":
      return printFile([header(context), generate(plan, plan.dataset.encoding)]);
    case "arrays":
      if (plan.dataset.targets.kind === "labelSequence") return printFile([header(context), labelSequences(plan)]);
      return printFile([header(context), arrays(plan.name, plan.dataset.targets.perTimestep)]);
  }
}

function images(plan: Plan, scale: number): string {
  const { name } = plan;
  const single = plan.layers.at(-1)!.outputShape.at(-1) === 1;
  return `//
// Classifies images with the weights of a run:
//
//   predict.ts [--run DIR] [--backend NAME] [--json] [--data DIR] [--demo N] [FILE...]
//
// FILE: an IDX image file (plain or .gz), a PNG or a PGM image of the model's size. --demo N: N test images, drawn.
${SHARED_IMPORTS}
import { ${single ? "" : "CLASSES, "}FEATURES, loadData, readBatch, TIMESTEPS } from "./data.ts";
import { forward, type Inputs, initializeWeights, namedWeights } from "./model.ts";
import { selectBackend } from "./support/backends/select.ts";
${RUN_IMPORT}
import { loadCheckpoint } from "./support/checkpoint.ts";
import { drawImage, readImage } from "./support/data/images.ts";
import { reportFailure } from "./support/failure.ts";
import { assignTensors } from "./support/nn/weights.ts";
import { parsePredictOptions } from "./support/options.ts";
import { UserError } from "./support/user-error.ts";

const NAME = ${literal(name)};
const SPEC_FILE = ${literal(`${name}.yaml`)};
/** Pixels are divided by this, as in training. */
const SCALE = ${literal(scale)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};

interface Prediction {
  source: string;
  class: number;
  probabilities: number[];
}

async function main(): Promise<number> {
${OPTIONS}
  if (options.files.length === 0 && options.demo === undefined) {
    throw new UserError("nothing to predict", { exitCode: 2, fix: "name an image or IDX file, or use --demo 4" });
  }
${WEIGHTS}
${runFunction(probabilityExpression(plan, "forward(w, inputs).prediction"))}

  const predictions: Prediction[] = [];
  const show = (prediction: Prediction, pixels: Uint8Array | undefined, label: number | undefined): void => {
    predictions.push(prediction);
    if (options.json) return;
    if (pixels !== undefined) process.stdout.write(\`\${drawImage(pixels, TIMESTEPS, FEATURES)}\\n\`);
    const { source, class: predicted, probabilities } = prediction;
    const best = probabilities
      .map((probability, index) => ({ probability, index }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 3)
      .map(({ probability, index }) => \`\${index}: \${(100 * probability).toFixed(1)} %\`);
    const truth = label === undefined ? "" : label === predicted ? ", which is right" : \`, but it is \${label}\`;
    process.stdout.write(\`\${source}: \${predicted}\${truth} (\${best.join(", ")})\\n\`);
  };

  for (const file of options.files) {
    const image = readImage(file);
    if (image.rows !== TIMESTEPS || image.columns !== FEATURES) {
      throw new UserError(\`\${file}: images of \${image.rows}x\${image.columns} pixels, but the model reads \${TIMESTEPS}x\${FEATURES}\`, {
        exitCode: 2,
        fix: \`scale them to \${TIMESTEPS}x\${FEATURES} pixels\`,
      });
    }
    const size = TIMESTEPS * FEATURES;
    for (let start = 0; start < image.count; start += BATCH_SIZE) {
      const count = Math.min(BATCH_SIZE, image.count - start);
      const x = new Float32Array(count * size); // time-major
      for (let b = 0; b < count; b++) {
        for (let i = 0; i < size; i++) {
          x[(Math.floor(i / FEATURES) * count + b) * FEATURES + (i % FEATURES)] = image.images[(start + b) * size + i]! / SCALE;
        }
      }
      const probabilities = await predict(run, tf.tensor3d(x, [TIMESTEPS, count, FEATURES]));
      for (let b = 0; b < count; b++) {
        const source = image.count === 1 ? file : \`\${file}[\${start + b}]\`;
        show(prediction(source, probabilities[b]!), undefined, undefined);
      }
    }
  }
  if (options.demo !== undefined) {
    const { test } = await loadData(options.data, () => undefined);
    const count = Math.min(options.demo, test.count);
    const indices = Int32Array.from({ length: count }, (_, k) => Math.floor((k * test.count) / count));
    const { inputs, targets } = readBatch(test, indices);
    const pixels = (await inputs.input.data<"float32">()).slice();
    const labels = await targets.data<"int32">();
    const probabilities = await predict(run, inputs.input);
    for (let b = 0; b < count; b++) {
      const image = Uint8Array.from({ length: TIMESTEPS * FEATURES }, (_, i) =>
        Math.round(pixels[(Math.floor(i / FEATURES) * count + b) * FEATURES + (i % FEATURES)]! * SCALE),
      );
      show(prediction(\`test image \${indices[b]}\`, probabilities[b]!), image, labels[b]);
    }
  }
  if (options.json) process.stdout.write(\`\${JSON.stringify(predictions)}\\n\`);
  return 0;
}

/** Probabilities of each class, [B][classes]; disposes of x. */
async function predict(run: (inputs: Inputs) => tf.Tensor2D, x: tf.Tensor3D): Promise<number[][]> {
  const output = run({ input: x });
  const flat = await output.data<"float32">();
  tf.dispose([x, output]);
${
  single
    ? "  return Array.from(flat, (probability) => [1 - probability, probability]);"
    : "  return Array.from({ length: flat.length / CLASSES }, (_, b) => [...flat.slice(b * CLASSES, (b + 1) * CLASSES)]);"
}
}

function prediction(source: string, probabilities: number[]): Prediction {
  return { source, class: probabilities.indexOf(Math.max(...probabilities)), probabilities };
}
${FOOTER}`;
}

function forecast(plan: Plan): string {
  const { name, training } = plan;
  const quantiles = training.loss.type === "quantile" ? training.loss.quantiles : [];
  return `//
// Forecasts what follows the end of the series, in the units of the data, with the weights of a run:
//
//   predict.ts [--run DIR] [--backend NAME] [--json] [--data DIR]
${SHARED_IMPORTS}
import { loadData, readBatch, TARGETS } from "./data.ts";
import { forward, initializeWeights, namedWeights } from "./model.ts";
import { selectBackend } from "./support/backends/select.ts";
import { loadCheckpoint } from "./support/checkpoint.ts";
import { reportFailure } from "./support/failure.ts";
import { assignTensors } from "./support/nn/weights.ts";
import { parsePredictOptions } from "./support/options.ts";

const NAME = ${literal(name)};
const SPEC_FILE = ${literal(`${name}.yaml`)};

async function main(): Promise<number> {
${OPTIONS}
${WEIGHTS}
  const data = await loadData(options.data, () => undefined);
  const { inputs } = readBatch(data.future, Int32Array.of(0));
  const output = tf.tidy(() => forward(w, inputs).prediction);
  const values = [...(await output.data<"float32">())].map((value) => value * data.targetScaler.scale + data.targetScaler.offset);
${
  quantiles.length > 1
    ? `  const quantiles = ${literal(quantiles)}; // of each step
  const steps = Array.from({ length: TARGETS }, (_, step) => values.slice(step * quantiles.length, (step + 1) * quantiles.length));
  if (options.json) process.stdout.write(\`\${JSON.stringify({ quantiles, forecast: steps })}\\n\`);
  else for (const [step, row] of steps.entries()) process.stdout.write(\`+\${step + 1}: \${row.join(" ")}\\n\`);`
    : `  if (options.json) process.stdout.write(\`\${JSON.stringify({ forecast: values })}\\n\`);
  else for (let step = 0; step < TARGETS; step++) process.stdout.write(\`+\${step + 1}: \${values[step]}\\n\`);`
}
  return 0;
}
${FOOTER}`;
}

function generate(plan: Plan, encoding: "oneHot" | "ids"): string {
  const { name } = plan;
  const window =
    encoding === "ids"
      ? {
          create: "const x = Int32Array.from(window);",
          tensor: 'tf.tensor2d(x, [1, TIMESTEPS], "int32")',
        }
      : {
          create:
            "const x = new Float32Array(TIMESTEPS * FEATURES); // one-hot\n    for (const [t, index] of window.entries()) x[t * FEATURES + index] = 1;",
          tensor: "tf.tensor3d(x, [TIMESTEPS, 1, FEATURES])",
        };
  return `//
// Continues a text with the weights of a run, drawing each character from the model's probabilities:
//
//   predict.ts [--run DIR] [--backend NAME] [--json] [--data DIR] [--length N] [--temperature T] [--seed N] [TEXT]
${SHARED_IMPORTS}
import { ${encoding === "ids" ? "" : "FEATURES, "}loadData, TIMESTEPS } from "./data.ts";
import { forward, type Inputs, initializeWeights, namedWeights } from "./model.ts";
import { selectBackend } from "./support/backends/select.ts";
${RUN_IMPORT}
import { loadCheckpoint } from "./support/checkpoint.ts";
import { reportFailure } from "./support/failure.ts";
import { assignTensors } from "./support/nn/weights.ts";
import { parsePredictOptions } from "./support/options.ts";
import { RandomStream } from "./support/random.ts";

const NAME = ${literal(name)};
const SPEC_FILE = ${literal(`${name}.yaml`)};

async function main(): Promise<number> {
${OPTIONS}
${WEIGHTS}
${runFunction(probabilityExpression(plan, "forward(w, inputs).prediction"))}
  const { vocabulary } = await loadData(options.data, () => undefined);
  const indexOf = new Map(vocabulary.map((character, index) => [character, index]));
  const given = [...options.files.join(" ").normalize("NFC")];
  const window = given.map((character) => indexOf.get(character) ?? 0).slice(-TIMESTEPS);
  while (window.length < TIMESTEPS) window.unshift(indexOf.get(" ") ?? 0);

  const random = new RandomStream(options.seed, "generate");
  let text = "";
  for (let k = 0; k < options.length; k++) {
    ${window.create}
    const input = ${window.tensor};
    const output = run({ input });
    const probabilities = await output.data<"float32">();
    tf.dispose([input, output]);
    const next = draw(probabilities, options.temperature, random.uniform(k));
    text += vocabulary[next] ?? "";
    window.push(next);
    window.shift();
  }
  process.stdout.write(options.json ? \`\${JSON.stringify({ text })}\\n\` : \`\${given.join("")}\${text}\\n\`);
  return 0;
}

/** An index drawn with probabilities p^(1/temperature), rescaled; the slot for unknown characters is never drawn. */
function draw(probabilities: ArrayLike<number>, temperature: number, uniform: number): number {
  const weights = Array.from(probabilities, (p, index) => (index === 0 ? 0 : p ** (1 / temperature)));
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return weights.length - 1;
}
${FOOTER}`;
}

function arrays(name: string, perTimestep: boolean): string {
  return `//
// Predicts the samples of .npy files with the weights of a run:
//
//   predict.ts [--run DIR] [--backend NAME] [--json] [--output FILE.npy] --input FILE.npy
//
// Of several inputs each has its file: --input NAME=FILE.npy. A line (or with --output an entry of the array) for each sample.
${SHARED_IMPORTS}
import { INPUTS, loadInputs, readInputs } from "./data.ts";
import { forward, type Inputs, initializeWeights, namedWeights } from "./model.ts";
import { selectBackend } from "./support/backends/select.ts";
${RUN_IMPORT}
import { loadCheckpoint } from "./support/checkpoint.ts";
import { formatNpy } from "./support/data/npy.ts";
import { reportFailure } from "./support/failure.ts";
import { atomicWrite } from "./support/files.ts";
import { assignTensors } from "./support/nn/weights.ts";
import { inputFiles, parsePredictOptions } from "./support/options.ts";

const NAME = ${literal(name)};
const SPEC_FILE = ${literal(`${name}.yaml`)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};

async function main(): Promise<number> {
${OPTIONS}
  const samples = loadInputs(inputFiles(options.input, INPUTS.map(({ name }) => name)));
${WEIGHTS}
${runFunction(perTimestep ? "tf.transpose(forward(w, inputs).prediction.tensor, [1, 0, 2])" : "tf.clone(forward(w, inputs).prediction)")}${perTimestep ? " // [B, T, size]" : ""}
  const { count } = samples;
  const outputs: Float32Array[] = [];
  let shape: number[] = []; // of a sample
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const inputs = readInputs(samples, Int32Array.from({ length: Math.min(BATCH_SIZE, count - start) }, (_, k) => start + k));
    const output = run(inputs);
    shape = output.shape.slice(1);
    outputs.push(await output.data<"float32">());
    tf.dispose([inputs, output]);
  }
  const size = shape.reduce((product, n) => product * n, 1);
  const values = new Float32Array(count * size);
  for (const [k, output] of outputs.entries()) values.set(output, k * BATCH_SIZE * size);
  if (options.output !== undefined) {
    atomicWrite(options.output, formatNpy(values, [count, ...shape]));
    process.stderr.write(\`\${options.output}: shape (\${[count, ...shape].join(", ")})\\n\`);
    return 0;
  }
  const predictions = Array.from({ length: count }, (_, k) => [...values.subarray(k * size, (k + 1) * size)]);
  if (options.json) process.stdout.write(\`\${JSON.stringify(predictions)}\\n\`);
  else for (const row of predictions) process.stdout.write(\`\${row.join(" ")}\\n\`);
  return 0;
}
${FOOTER}`;
}
