import type { Plan } from "../../plan/types.ts";
import type { TextPlan } from "../../sources/text.ts";
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

/** The continuation of a text. */
export function predictText(plan: Plan): PredictFiles {
  const { encoding, path } = plan.dataset as TextPlan;
  return { predictor: predictor(plan, encoding), command: command(path) };
}

function predictor(plan: Plan, encoding: "oneHot" | "ids"): string {
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": [...(encoding === "ids" ? [] : ["FEATURES"]), "TIMESTEPS"],
    "./support/data/vocabulary.ts": ["charactersOf", "encode", "vocabularyOf"],
    "./support/nn/random.ts": ["RandomStream"],
    "./support/run/trained.ts": ["openTrainedRun", "type PredictorOptions", "requireFitted"],
    "./support/nn/sampling.ts": ["checkGeneration", "drawIndex"],
  };
  const input =
    encoding === "ids"
      ? `tf.tensor2d(Int32Array.from(window), [1, TIMESTEPS], "int32")`
      : "tf.tensor3d(oneHot(window), [TIMESTEPS, 1, FEATURES])";
  const usage = [
    'const { text } = await predictor.generate("Once upon", { length: 80 });',
    'const next = await predictor.predict("Once upon a tim"); // [{ character: "e", probability: 0.9 }, …]',
  ];
  const imports = Imports.of(own);
  const probabilities = probabilityExpression({ plan, imports }, "forward(w, inputs).prediction");
  return `${example(usage)}${imports.declarations()}

export interface GenerateOptions {
  /** Characters to generate; default 200. */
  readonly length?: number;
  /** 0: always the most probable character; below 1 safer, above 1 bolder; default 0.8. */
  readonly temperature?: number;
  /** Default 1. */
  readonly seed?: number;
}

export interface Generated {
  /** What follows the prompt. */
  readonly text: string;
  /** Characters of the prompt that the vocabulary lacks. */
  readonly unknown: readonly string[];
}

export interface Predictor {
${MEMBERS}
  /** The characters that the model knows, the one for unknown ones first. */
  readonly vocabulary: readonly string[];
  /** Continues a text, character by character. */
  generate(prompt: string, options?: GenerateOptions): Promise<Generated>;
  /** What may follow a text, the most probable character first. */
  predict(text: string): Promise<{ character: string; probability: number }[]>;
}

${CREATE}
${openRunCode(probabilities, ["fitted"])}
  const vocabulary = vocabularyOf(requireFitted(PROGRAM, fitted, path));

  /** The last TIMESTEPS characters as indices; a shorter text is led by spaces, or unknown characters where there is no space. */
  const windowOf = (characters: readonly string[]): number[] => {
    const given = [...encode(characters.slice(-TIMESTEPS), vocabulary)];
    const [space] = encode([" "], vocabulary);
    return [...new Array<number>(TIMESTEPS - given.length).fill(space!), ...given];
  };
  /** Probabilities of the character after a window, by index. */
  const next = async (window: readonly number[]): Promise<Float32Array> => {
    const input = ${input};
    const output = run({ input });
    const probabilities = requireFinite(await output.data<"float32">(), path);
    tf.dispose([input, output]);
    return probabilities;
  };
  return {
    run: path,
    vocabulary,
    async generate(prompt, { length = 200, temperature = 0.8, seed = 1 } = {}) {
      checkGeneration({ length, temperature, seed });
      const given = charactersOf(prompt);
      const codes = encode(given, vocabulary);
      const window = windowOf(given);
      const random = new RandomStream(seed, "generate");
      let text = "";
      for (let k = 0; k < length; k++) {
        const index = drawIndex(await next(window), temperature, random.uniform(k));
        text += vocabulary[index]!;
        window.push(index);
        window.shift();
      }
      return { text, unknown: given.filter((_, k) => codes[k] === 0) };
    },
    async predict(text) {
      const probabilities = await next(windowOf(charactersOf(text)));
      const known = vocabulary.slice(1).map((character, k) => ({ character, probability: probabilities[k + 1]! }));
      return known.sort((a, b) => b.probability - a.probability);
    },
  };
}
${
  encoding === "ids"
    ? ""
    : `
/** [TIMESTEPS, 1, FEATURES], a single 1 in each row. */
function oneHot(window: readonly number[]): Float32Array {
  const x = new Float32Array(TIMESTEPS * FEATURES);
  for (const [t, index] of window.entries()) x[t * FEATURES + index] = 1;
  return x;
}
`
}`;
}

function command(path: string): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["TIMESTEPS"],
    "./support/data/read-file.ts": ["readDataFile"],
    "./support/data/data-file.ts": ["dataFile"],
    "./support/data/text.ts": ["decodeText"],
    "./support/data/vocabulary.ts": ["charactersOf", "shownCharacters"],
    "./support/system/options.ts": ["folder", "integer", "number", "readOptions", "seedOption", "text", "usage"],
    "./support/nn/sampling.ts": ["TEMPERATURES"],
    "./support/system/user-error.ts": ["UserError"],
  };
  const options = [
    `prompt: text("TEXT", "the text to continue; as an argument, too"),`,
    `data: folder("before the prompt comes the end of the text file in this folder"),`,
    `length: integer("characters to generate (default 200)", { minimum: 1, maximum: 1e6, otherwise: 200 }),`,
    `temperature: number("T", "0: always the most probable character; below 1 safer, above 1 bolder (default 0.8)", {
      otherwise: 0.8,
      ...TEMPERATURES,
    }),`,
    `seed: seedOption("of the draws (default 1)", 1),`,
  ];
  return `//
// Continues a text with the weights of a run, drawing each character from the model's probabilities:
//
//   predict.ts [options] [TEXT]
//
// \`--help\` lists the options.
${Imports.of(own).declarations()}

/** In the folder that --data names. */
const TEXT_FILE = ${literal(path)};

${commandLineCode({ summary: "Continues a text with a trained", options, positionals: { value: "TEXT", help: "the text to continue" } })}
  if (options.prompt !== undefined && options.positionals.length > 0) {
    throw new UserError(\`the prompt stands twice: \${JSON.stringify(options.prompt)} and \${JSON.stringify(options.positionals.join(" "))}\`, {
      exitCode: 2,
      fix: "give it once",
    });
  }
  const prompt = options.prompt ?? options.positionals.join(" ");
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);
  const { text, unknown } = await predictor.generate(\`\${before(options.data)}\${prompt}\`, options);
  if (unknown.length > 0) {
    say(\`not in the vocabulary, and read as unknown: \${shownCharacters(unknown)}\`);
  }
  process.stdout.write(options.json ? \`\${JSON.stringify({ prompt, text })}\\n\` : \`\${prompt}\${text}\\n\`);
  return 0;
}

/** The end of the text in a folder, as much as the model reads. */
function before(directory: string | undefined): string {
  if (directory === undefined) return "";
  const file = dataFile(directory, TEXT_FILE);
  return charactersOf(decodeText(readDataFile(file), file)).slice(-TIMESTEPS).join("");
}
${FOOTER}`;
}
