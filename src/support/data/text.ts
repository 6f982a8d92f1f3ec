import { basename } from "node:path";
import type { Json } from "../system/json.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import type { Dataset, Split } from "./dataset.ts";
import { readDataFile } from "./read-file.ts";
import { heldOutCount, inMemory, type ValidationSplit, validationStart } from "./splits.ts";
import { charactersOf, encode, fitVocabulary, shownCharacters } from "./vocabulary.ts";

export interface TextOptions {
  readonly file: string;
  /** Characters that the model reads before the one it predicts. */
  readonly timesteps: number;
  /** The most frequent characters and one slot, index 0, for all others. */
  readonly vocabularySize: number;
  /** Share of the text, at the end, kept for testing. */
  readonly testFraction: number;
  /** Share of the text before the test part, at its end, held out; or the test part itself. */
  readonly validation: ValidationSplit;
  /** What a character of a window becomes: a row of the vocabulary's size with a single 1, or its index. */
  readonly encoding: "oneHot" | "ids";
  /** Stateful layers go from a window to the next: none can be left out. */
  readonly consecutive?: boolean;
}

/** What a run keeps of a text. */
export interface FittedText {
  /** Character by index; index 0 stands for unknown ones. */
  readonly vocabulary: readonly string[];
}

export interface TextDataset extends Dataset {
  readonly fitted: FittedText & { readonly [key: string]: Json };
}

/**
 * A text as windows of characters, one-hot [timesteps, batch, vocabularySize] or as ids [batch, timesteps], each with the index
 * of the character that follows, [batch]. The vocabulary is that of the training part alone. Windows look back
 * across the borders of the parts; what they predict never does. A character outside it is read as
 * unknown, and never to be predicted: no window has it as its target.
 * @throws UserError (3) where the file is missing, (1) where it is not UTF-8 or too short
 */
export function loadText(options: TextOptions, note: (line: string) => void): TextDataset {
  const { file, timesteps, vocabularySize, testFraction, validation, encoding } = options;
  const bytes = readDataFile(file);
  const characters = charactersOf(decodeText(bytes, file));
  const testStart = characters.length - heldOutCount(characters.length, testFraction);
  const trainLength = validationStart(testStart, validation);
  if (trainLength <= timesteps) {
    throw new UserError(
      `${file}: ${characters.length} characters are too few: ${trainLength} are left for training, but a window and the character after it need ${timesteps + 1}`,
      {
        exitCode: 1,
        fix: "give a longer text, or lower dataset.timesteps, dataset.validation or dataset.testFraction",
      },
    );
  }
  const vocabulary = fitVocabulary(characters.slice(0, trainLength), vocabularySize);
  const codes = encode(characters, vocabulary);
  const unknown = characters.filter((_, index) => codes[index] === 0);
  if (unknown.length > 0) {
    const share = ((100 * unknown.length) / characters.length).toPrecision(2);
    const distinct = new Set(unknown).size;
    note(
      `${file}: ${unknown.length} of ${characters.length} characters (${share} %, ${distinct} different) are not in the vocabulary, and never predicted: ${shownCharacters(unknown)}`,
    );
  }
  /** Windows that predict the known characters from `from` to `to`. */
  const windows = (from: number, to: number): Split => {
    const positions = Int32Array.from({ length: to - from }, (_, k) => from + k).filter((index) => codes[index] !== 0);
    if (options.consecutive === true && positions.length < to - from) {
      const wanted = new Set(characters.slice(0, trainLength)).size + 1;
      throw new UserError(
        `${file}: stateful layers need every window, but ${to - from - positions.length} end in an unknown character`,
        {
          exitCode: 1,
          fix:
            wanted > vocabularySize
              ? `set dataset.vocabularySize to ${wanted}`
              : "remove the characters that only the end of the text has, or lower dataset.validation and dataset.testFraction",
        },
      );
    }
    if (positions.length === 0) {
      throw new UserError(`${file}: no character from ${from} to ${to} is in the vocabulary`, {
        exitCode: 1,
        fix: "raise dataset.vocabularySize, or give a longer text",
      });
    }
    return inMemory({
      count: positions.length,
      inputs: {
        input(indices) {
          const batch = indices.length;
          if (encoding === "ids") {
            const ids = new Int32Array(batch * timesteps);
            for (let b = 0; b < batch; b++) {
              const end = positions[indices[b]!]!;
              ids.set(codes.subarray(end - timesteps, end), b * timesteps);
            }
            return ids;
          }
          const x = new Float32Array(timesteps * batch * vocabularySize);
          for (let b = 0; b < batch; b++) {
            const start = positions[indices[b]!]! - timesteps;
            for (let t = 0; t < timesteps; t++) x[(t * batch + b) * vocabularySize + codes[start + t]!] = 1;
          }
          return x;
        },
      },
      targets: (indices) => indices.map((index) => codes[positions[index]!]!),
    });
  };
  const train = windows(timesteps, trainLength);
  const test = windows(testStart, characters.length);
  return {
    train,
    validation: validation === "test" ? test : windows(trainLength, testStart),
    test,
    fitted: { vocabulary },
    source: file,
    checksums: { [basename(file)]: sha256(bytes) },
  };
}

/** @throws UserError (exit code 1) where the bytes are not UTF-8 */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // drops a byte order mark
  } catch (cause) {
    throw new UserError(`${file} is not text in UTF-8`, { exitCode: 1, fix: "save it as UTF-8", cause });
  }
}
