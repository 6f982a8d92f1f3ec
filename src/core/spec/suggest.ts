import { distance } from "fastest-levenshtein";

/** What people coming from Keras write, where the distance of letters does not lead to ours. */
const ALIASES: Readonly<Record<string, string>> = {
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  msle: "meanSquaredLogarithmicError",
  rmse: "rootMeanSquaredError",
  kld: "kullbackLeiblerDivergence",
  kl_divergence: "kullbackLeiblerDivergence",
  bce: "binaryCrossentropy",
  pinball: "quantile",
  ctc_loss: "ctc",
  ctcloss: "ctc",
  f1_score: "f1",
  f1score: "f1",
  acc: "accuracy",
  lr: "learningRate",
  silu: "swish",
  return_seq: "returnSequences",
  hidden_size: "units",
  alpha: "negativeSlope",
  p: "rate",
  batch: "batchSize",
  opt: "optimizer",
  use_ema: "ema",
  ema_overwrite_frequency: "overwriteFrequency",
  exponential: "exponentialDecay",
  cosine: "cosineDecay",
  piecewiseconstantdecay: "piecewiseConstant",
  model: "layers",
  data: "dataset",
  look_back: "lookback",
  window: "lookback",
  crossentropy: "sparseCategoricalCrossentropy",
};

/** Of the aliases the names that Keras itself has for the same. */
const NAMES_OF_KERAS: ReadonlySet<string> = new Set(
  ["mse", "mae", "mape", "msle", "kld", "kl_divergence", "bce", "acc", "lr", "silu", "alpha"], // as above
);

/** Keys of Keras that a spec has no need of, and why. */
const NEEDLESS: Readonly<Record<string, string>> = {
  inputshape: "remove it: the dataset decides the shape of the input",
  batchinputshape: "remove it: the dataset decides the shape of the input",
  inputdim: "remove it: the dataset decides the shape of the input",
  outputdim: "write `units`",
};

function bare(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** The word itself, an alias, or the same letters in another spelling (return_sequences, LSTM). */
export function sameWord(word: string, known: readonly string[]): string | undefined {
  if (known.includes(word)) return word;
  const alias = Object.hasOwn(ALIASES, word.toLowerCase()) ? ALIASES[word.toLowerCase()] : undefined;
  if (alias !== undefined && known.includes(alias)) return alias;
  return known.find((name) => bare(name) === bare(word));
}

/** The nearest of the known words: the same letters in another spelling, an alias, or a few letters off. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const same = sameWord(word, known);
  if (same !== undefined) return same;
  if (word.length > 60) return undefined;
  const near = known
    .map((name) => ({ name, letters: distance(bare(name), bare(word)) }))
    .sort((a, b) => a.letters - b.letters)[0];
  if (near !== undefined && near.letters <= Math.max(1, Math.floor(word.length / 3))) return near.name;
  const { length } = bare(word);
  if (length < 6) return undefined;
  // The beginning of a long word: exponental, for exponentialDecay.
  return known.find((name) => distance(bare(name).slice(0, length), bare(word)) <= Math.floor(length / 5));
}

/**
 * Whether a word that is none of the known ones can only mean the one that `suggest` finds: the same letters in another spelling, a name of
 * Keras, or a slip of one letter where every other known word is far.
 */
export function isUnmistakable(word: string, known: readonly string[]): boolean {
  if (NAMES_OF_KERAS.has(word.toLowerCase()) && sameWord(word, known) !== undefined) return true;
  const same = known.filter((name) => bare(name) === bare(word));
  if (same.length > 0) return same.length === 1;
  if (sameWord(word, known) !== undefined || bare(word).length < 4 || word.length > 60) return false;
  const [nearest = 9, next = 9] = known.map((name) => distance(bare(name), bare(word))).sort((a, b) => a - b);
  return nearest === 1 && next > 2;
}

/** "did you mean `x`?", why the word is needless, or the known words. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const needless = Object.hasOwn(NEEDLESS, bare(word)) ? NEEDLESS[bare(word)] : undefined;
  return needless ?? (known.length === 1 ? `use ${known[0]}` : `use one of ${known.join(", ")}`);
}
