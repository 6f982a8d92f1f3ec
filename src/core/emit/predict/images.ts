import type { Plan } from "../../plan/types.ts";
import { sourceOf } from "../../sources/sources.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { Imports } from "../imports.ts";
import { probabilityExpression } from "../output.ts";
import { literal } from "../text.ts";
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

/** Classes of images, from their pixels, or from files. */
export function predictImages(plan: Plan): PredictFiles {
  const { scale } = plan.dataset as Extract<Plan["dataset"], { readonly scale: number }>;
  return { predictor: predictor(plan, scale), command: command(plan) };
}

function predictor(plan: Plan, scale: number): string {
  const single = plan.layers.at(-1)!.outputShape.at(-1) === 1;
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": [...(single ? [] : ["CLASSES"]), "FEATURES", "TIMESTEPS"],
    "./support/system/user-error.ts": ["UserError"],
  };
  const imports = Imports.of(own);
  const probabilities = probabilityExpression({ plan, imports }, "forward(w, inputs).prediction");
  return `${example(["const [first] = await predictor.predict([pixels]); // { class: 7, probabilities: [0.01, …] }"])}${imports.declarations()}

/** Pixels are divided by this, as in training. */
const SCALE = ${literal(scale)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};

/** The pixels of an image, 0..255, as rows of TIMESTEPS × FEATURES or flat, row by row. */
export type Image = ArrayLike<number> | readonly ArrayLike<number>[];

export interface Prediction {
  /** The most probable class. */
  readonly class: number;
  /** Of each class. */
  readonly probabilities: readonly number[];
}

export interface Predictor {
${MEMBERS}
  /** The class of each image. */
  predict(images: readonly Image[]): Promise<Prediction[]>;
}

${CREATE}
${openRunCode(probabilities)}
  return {
    run: path,
    async predict(images) {
      const predictions: Prediction[] = [];
      for (let start = 0; start < images.length; start += BATCH_SIZE) {
        const batch = images.slice(start, start + BATCH_SIZE);
        const input = tf.tensor3d(timeMajor(batch), [TIMESTEPS, batch.length, FEATURES]);
        const output = run({ input });
        const values = requireFinite(await output.data<"float32">(), path);
        tf.dispose([input, output]);
        for (let b = 0; b < batch.length; b++) predictions.push(prediction(values, b));
      }
      return predictions;
    },
  };
}

/** [TIMESTEPS, B, FEATURES], scaled. */
function timeMajor(images: readonly Image[]): Float32Array {
  const batch = images.length;
  const x = new Float32Array(TIMESTEPS * batch * FEATURES);
  for (const [b, image] of images.entries()) {
    const pixels = flat(image);
    for (let t = 0; t < TIMESTEPS; t++) {
      for (let f = 0; f < FEATURES; f++) x[(t * batch + b) * FEATURES + f] = pixels[t * FEATURES + f]! / SCALE;
    }
  }
  return x;
}

/** @throws UserError where the image has another size, or pixels outside 0..255 */
function flat(image: Image): ArrayLike<number> {
  const rows = typeof image[0] === "object" ? Array.from(image as readonly ArrayLike<number>[]) : undefined;
  const pixels = rows === undefined ? (image as ArrayLike<number>) : rows.flatMap((row) => Array.from(row));
  const isRagged = rows !== undefined && (rows.length !== TIMESTEPS || rows.some((row) => row.length !== FEATURES));
  if (isRagged || pixels.length !== TIMESTEPS * FEATURES) {
    const size = rows === undefined ? \`\${pixels.length ?? "no"} pixels\` : \`\${rows.length} rows of \${rows[0]!.length} pixels\`;
    throw new UserError(\`an image of \${size}, but the model reads \${TIMESTEPS}x\${FEATURES}\`, {
      exitCode: 2,
      fix: \`give a list of images, each scaled to \${TIMESTEPS}x\${FEATURES} pixels\`,
    });
  }
  for (let k = 0; k < pixels.length; k++) {
    if (pixels[k]! >= 0 && pixels[k]! <= 255) continue;
    throw new UserError(\`pixel \${k} of an image is \${pixels[k]}\`, { exitCode: 2, fix: "give pixels of 0..255, not scaled ones" });
  }
  return pixels;
}

function prediction(values: ArrayLike<number>, index: number): Prediction {
${
  single
    ? "  const probabilities = [1 - values[index]!, values[index]!];"
    : "  const probabilities = Array.from({ length: CLASSES }, (_, k) => values[index * CLASSES + k]!);"
}
  return { class: probabilities.indexOf(Math.max(...probabilities)), probabilities };
}
`;
}

function command({ dataset }: Plan): string {
  const { reads } = sourceOf(dataset);
  const directories = { files: "options.data ?? dataFolder(PROGRAM)", download: "options.data", nothing: "undefined" };
  const directory = directories[reads];
  const generated = reads === "nothing";
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["FEATURES", "loadData", "TIMESTEPS"],
    "./predictor.ts": ["createPredictor", "type Prediction"],
    "./support/data/images.ts": ["drawImage", "readImage"],
    "./support/system/options.ts": [...(generated ? [] : ["folder"]), "integer", "readOptions", "usage"],
    "./support/system/printable.ts": ["printable"],
    "./support/run/program.ts": reads === "files" ? ["dataFolder"] : [],
    "./support/system/user-error.ts": ["UserError"],
  };
  const options = [
    ...(generated ? [] : [`data: folder("folder with the dataset's files, for --demo"),`]),
    `demo: integer("draw N test images, and what they are taken for", { minimum: 1, maximum: 1e6, otherwise: undefined }),`,
  ];
  return `//
// Classifies images with the weights of a run:
//
//   predict.ts [options] [FILE...]
//
// \`--help\` lists the options.
${Imports.of(own).declarations()}

${commandLineCode({
  summary: "Classifies images with a trained",
  options,
  positionals: { value: "FILE...", help: "IDX image files (plain or .gz), PNG or PGM images of the model's size" },
  ...(generated ? {} : { needs: [["data", "demo"]] }),
})}
  if (options.positionals.length === 0 && options.demo === undefined) {
    throw new UserError("nothing to predict", { exitCode: 2, fix: "name an image or IDX file, or use --demo 4" });
  }
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);

  const predictions: ({ source: string } & Prediction)[] = [];
  const show = (source: string, prediction: Prediction, image?: { pixels: Uint8Array; label: number }): void => {
    predictions.push({ source, ...prediction });
    if (options.json) return;
    if (image !== undefined) process.stdout.write(\`\${drawImage(image.pixels, TIMESTEPS, FEATURES)}\\n\`);
    const { class: predicted, probabilities } = prediction;
    const best = probabilities
      .map((probability, index) => ({ probability, index }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 3)
      .map(({ probability, index }) => \`\${index}: \${(100 * probability).toFixed(1)} %\`);
    const truth = image === undefined ? "" : image.label === predicted ? ", which is right" : \`, but it is \${image.label}\`;
    process.stdout.write(\`\${printable(source)}: \${predicted}\${truth} (\${best.join(", ")})\\n\`);
  };

  for (const file of options.positionals) {
    const { rows, columns, count, images } = readImage(file);
    if (rows !== TIMESTEPS || columns !== FEATURES) {
      throw new UserError(\`\${file}: images of \${rows}x\${columns} pixels, but the model reads \${TIMESTEPS}x\${FEATURES}\`, {
        exitCode: 2,
        fix: \`scale them to \${TIMESTEPS}x\${FEATURES} pixels\`,
      });
    }
    const size = rows * columns;
    const pixels = Array.from({ length: count }, (_, k) => images.subarray(k * size, (k + 1) * size));
    for (const [k, prediction] of (await predictor.predict(pixels)).entries()) {
      show(count === 1 ? file : \`\${file}[\${k}]\`, prediction);
    }
  }
  if (options.demo !== undefined) {
    const { test } = await loadData(${directory}, () => undefined);
    const count = Math.min(options.demo, test.count);
    const indices = Int32Array.from({ length: count }, (_, k) => Math.floor((k * test.count) / count));
    const images = await Promise.all(Array.from(indices, (index) => test.pixels(index)));
    const { targets: labels } = await test.read(indices);
    for (const [k, prediction] of (await predictor.predict(images)).entries()) {
      show(\`test image \${indices[k]}\`, prediction, { pixels: images[k]!, label: labels[k]! });
    }
  }
  if (options.json) process.stdout.write(\`\${JSON.stringify(predictions)}\\n\`);
  return 0;
}
${FOOTER}`;
}
