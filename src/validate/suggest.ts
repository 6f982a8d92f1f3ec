import { distance } from "fastest-levenshtein";

/** What people coming from Keras write, where the distance of letters does not lead to ours. */
const ALIASES: Readonly<Record<string, string>> = {
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  acc: "accuracy",
  lr: "learningRate",
  silu: "swish",
  beta_1: "beta1",
  beta_2: "beta2",
  return_seq: "returnSequences",
  hidden_size: "units",
  p: "rate",
  batch: "batchSize",
  opt: "optimizer",
  model: "layers",
  data: "dataset",
  crossentropy: "sparseCategoricalCrossentropy",
};

function bare(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** The nearest of the known words: the same letters in another spelling, an alias, or a few letters off. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const alias = ALIASES[word.toLowerCase()];
  if (alias !== undefined && known.includes(alias)) return alias;
  const same = known.find((name) => bare(name) === bare(word));
  if (same !== undefined) return same;
  const near = known
    .map((name) => ({ name, letters: distance(bare(name), bare(word)) }))
    .sort((a, b) => a.letters - b.letters)[0];
  return near !== undefined && near.letters <= Math.max(1, Math.floor(word.length / 3)) ? near.name : undefined;
}

/** "did you mean `x`?", or the known words. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return `use one of ${known.join(", ")}`;
}
