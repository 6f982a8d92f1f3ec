import { basename } from "node:path";
import { UserError } from "../user-error.ts";
import type { Dataset, Split } from "./dataset.ts";
import { sha256 } from "./idx.ts";
import { readDataFile } from "./read-file.ts";

export interface TextOptions {
  readonly file: string;
  /** Characters that the model reads before the one it predicts. */
  readonly timesteps: number;
  /** The most frequent characters and one slot, index 0, for all others. */
  readonly vocabularySize: number;
  /** Share of the text, at the end, kept for testing. */
  readonly testFraction: number;
  /** What a character of a window becomes: a row of the vocabulary's size with a single 1, or its index. */
  readonly encoding: "oneHot" | "ids";
}

export interface TextDataset extends Dataset {
  /** Character by index; index 0 stands for unknown ones. */
  readonly vocabulary: readonly string[];
}

/**
 * A text as windows of characters, one-hot [timesteps, batch, vocabularySize] or as ids [batch, timesteps], each with the index
 * of the character that follows, [batch]. Characters are code points of the text in Unicode's form NFC, with LF for CRLF. The vocabulary is that of
 * the training part alone.
 * @throws UserError (3) where the file is missing, (1) where it is not UTF-8 or too short
 */
export function loadText({ file, timesteps, vocabularySize, testFraction, encoding }: TextOptions): TextDataset {
  const bytes = readDataFile(file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${file} is not text in UTF-8`, { exitCode: 1, fix: "save it as UTF-8", cause });
  }
  const characters = [...text.normalize("NFC").replaceAll("\r\n", "\n")];
  const trainLength = characters.length - Math.max(1, Math.round(characters.length * testFraction));
  if (trainLength <= timesteps) {
    throw new UserError(
      `${file}: ${characters.length} characters are too few: ${trainLength} are left for training, but a window and the character after it need ${timesteps + 1}`,
      { exitCode: 1, fix: "give a longer text, or lower dataset.timesteps or dataset.testFraction" },
    );
  }
  const vocabulary = mostFrequent(characters.slice(0, trainLength), vocabularySize);
  const indexOf = new Map(vocabulary.map((character, index) => [character, index]));
  const codes = Int32Array.from(characters, (character) => indexOf.get(character) ?? 0);
  /** Windows that predict character `first`, `first` + 1, … */
  const windows = (first: number, count: number): Split => ({
    count,
    inputs: {
      input(indices) {
        const batch = indices.length;
        if (encoding === "ids") {
          const ids = new Int32Array(batch * timesteps);
          for (let b = 0; b < batch; b++) {
            const end = first + indices[b]!;
            ids.set(codes.subarray(end - timesteps, end), b * timesteps);
          }
          return ids;
        }
        const x = new Float32Array(timesteps * batch * vocabularySize);
        for (let b = 0; b < batch; b++) {
          const start = first + indices[b]! - timesteps;
          for (let t = 0; t < timesteps; t++) x[(t * batch + b) * vocabularySize + codes[start + t]!] = 1;
        }
        return x;
      },
    },
    targets: (indices) => indices.map((index) => codes[first + index]!),
  });
  return {
    train: windows(timesteps, trainLength - timesteps),
    test: windows(trainLength, characters.length - trainLength),
    vocabulary,
    source: file,
    checksums: { [basename(file)]: sha256(bytes) },
  };
}

/** Slot 0 is for unknown characters; then by frequency, and by code point among equals. */
function mostFrequent(characters: readonly string[], size: number): string[] {
  const unknown = "\ufffd";
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  counts.delete(unknown); // its slot is there anyway
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!);
  return [unknown, ...sorted.slice(0, size - 1).map(([character]) => character)];
}
