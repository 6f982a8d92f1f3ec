import { dataLiteral } from "../text.ts";

export { FOOTER } from "../text.ts";

/** predictor.ts, for other programs to import, and predict.ts, its command line; both without their header. */
export interface PredictFiles {
  readonly predictor: string;
  readonly command: string;
}

/** What all predictors import. */
export const PREDICTOR_IMPORTS = {
  "@tensorflow/tfjs-core": ["* as tf"],
  "./model.ts": ["forward", "type Inputs", "initializeWeights", "namedWeights"],
  "./program.ts": ["PROGRAM"],
  "./support/capture/repeated.ts": ["capturedWhenRepeated"],
  "./support/system/finite.ts": ["requireFinite"],
  "./support/run/tensors.ts": ["assignTensors"],
  "./support/run/trained.ts": ["openTrainedRun", "type PredictorOptions"],
} as const;

/** The first lines of createPredictor: the weights of the run, and `run`, a function of a batch's Inputs. `names`: what else is read of the run. */
export function openRunCode(output: string, names: readonly string[] = []): string {
  return `  const { ${["path", "weights", ...names].join(", ")} } = await openTrainedRun(PROGRAM, options);
  const w = initializeWeights(0);
  assignTensors(namedWeights(w), weights);
  const run = capturedWhenRepeated(namedWeights(w), (inputs: Inputs) => ${output});`;
}

/** The signature and documentation of createPredictor. */
export const CREATE = `/**
 * Loads the weights of a run, by default of the latest.
 * @throws UserError where there is no run, or one of another program
 */
export async function createPredictor(options: PredictorOptions = {}): Promise<Predictor> {`;

/** What every Predictor has beside its functions. */
export const MEMBERS = `  /** Folder of the run whose weights predict. */
  readonly run: string;`;

/** What all predict.ts import. */
export const COMMAND_IMPORTS = {
  "./predictor.ts": ["createPredictor"],
  "./program.ts": ["PROGRAM"],
  "./support/system/options.ts": ["readOptions", "usage"],
  "./support/run/main.ts": ["runMain", "say"],
  "./support/run/trained.ts": ["predictionOptions"],
} as const;

export interface CommandLineParts {
  readonly summary: string;
  /** Code of the options beside those of every predict.ts. */
  readonly options: readonly string[];
  readonly positionals?: { readonly value: string; readonly help: string };
  readonly needs?: readonly (readonly [string, string])[];
  readonly excludes?: readonly (readonly [string, string])[];
}

/** COMMAND_LINE and the first lines of `main`. */
export function commandLineCode({ summary, options, ...rest }: CommandLineParts): string {
  const all = ["...predictionOptions(PROGRAM.name),", ...options];
  return `const COMMAND_LINE = {
  summary: \`${summary} \${PROGRAM.name}.\`,
  options: {
${all.map((line) => `    ${line}`).join("\n")}
  },
${Object.entries(rest)
  .map(([key, value]) => `  ${key}: ${dataLiteral(value)},\n`)
  .join("")}} as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), COMMAND_LINE);
  if (options === "help") {
    process.stdout.write(usage(COMMAND_LINE));
    return 0;
  }`;
}

/** "// how to use it" of predictor.ts: an example for other programs. */
export function example(lines: readonly string[]): string {
  return [
    "//",
    "// The trained model for other programs:",
    "//",
    '//   import { createPredictor } from "./predictor.ts";',
    '//   const predictor = await createPredictor({ run: "runs/…" });',
    ...lines.map((line) => `//   ${line}`),
    "",
  ].join("\n");
}
