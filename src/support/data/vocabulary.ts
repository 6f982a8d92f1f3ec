import type { Json } from "../system/json.ts";
import { UserError } from "../system/user-error.ts";

/** Stands in slot 0, for every character that is not in the vocabulary. */
export const UNKNOWN = "\ufffd";

/**
 * The vocabulary of a text: slot 0 is for unknown characters; then by frequency, and by code point among equals. At most `size`
 * entries.
 */
export function fitVocabulary(characters: readonly string[], size: number): string[] {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  counts.delete(UNKNOWN); // its slot is there anyway
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!);
  return [UNKNOWN, ...sorted.slice(0, size - 1).map(([character]) => character)];
}

/** The characters that models read: code points of the text in Unicode's form NFC, with LF for CRLF. */
export function charactersOf(text: string): string[] {
  return [...text.normalize("NFC").replaceAll("\r\n", "\n")];
}

/** The index of each character; 0 where it is unknown. */
export function encode(characters: readonly string[], vocabulary: readonly string[]): Int32Array {
  const indexOf = new Map(vocabulary.map((character, index) => [character, index]));
  return Int32Array.from(characters, (character) => indexOf.get(character) ?? 0);
}

/**
 * The vocabulary that a run keeps.
 * @param fitted what its checkpoint has
 * @throws UserError (exit code 1) where it is none
 */
export function vocabularyOf(fitted: Json): readonly string[] {
  const { vocabulary } = (fitted ?? {}) as { readonly vocabulary?: Json };
  const isCharacter = (item: Json): boolean => typeof item === "string" && [...item].length === 1;
  if (Array.isArray(vocabulary) && vocabulary[0] === UNKNOWN && vocabulary.every(isCharacter)) {
    return vocabulary as string[];
  }
  throw new UserError("the vocabulary of the run is damaged", {
    exitCode: 1,
    fix: "name another run with --run, or train again",
  });
}

/** Unknown characters as messages name them, each once, the first ten. */
export function shownCharacters(characters: readonly string[]): string {
  const distinct = [...new Set(characters)];
  const shown = distinct.slice(0, 10).map((character) => {
    const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `${character} (${code})` : code;
  });
  return `${shown.join(", ")}${distinct.length > shown.length ? `, and ${distinct.length - shown.length} more` : ""}`;
}
