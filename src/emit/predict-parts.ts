import { footer } from "./text.ts";

export const SHARED_IMPORTS = `import * as tf from "@tensorflow/tfjs-core";`;

/** First lines of each `main`: what was asked for. */
export const OPTIONS = `  const options = parsePredictOptions(process.argv.slice(2), { name: NAME });
  if (options.help) {
    process.stdout.write(options.usage);
    return 0;
  }`;

/** The lines that bring the weights of the run onto the backend. */
export const WEIGHTS = `  await selectBackend(options.backend, { verbose: options.verbose });
  const w = initializeWeights(0);
  assignTensors(namedWeights(w), loadCheckpoint(options.run, {}).weights);`;

/** The line that makes `run`, a function of a batch's Inputs: captured where it is called often. */
export function runFunction(output: string): string {
  return `  const run = capturedWhenRepeated(namedWeights(w), (inputs: Inputs) => ${output});`;
}

export const RUN_IMPORT = `import { capturedWhenRepeated } from "./support/capture/repeated.ts";`;

export const FOOTER = footer("SPEC_FILE");
