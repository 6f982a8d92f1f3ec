import type { Diagnostic } from "../diagnostic.ts";
import { respell, rewrite, valueAt } from "../edits.ts";
import type { LoadedSpec } from "../load/load.ts";
import { isUnmistakable, suggest } from "../spec/suggest.ts";

/** What should stand where the schema finds a mistake. */
export type Replacement =
  /** Another word, for a key or a value: one of those that are known there. */
  | { readonly word: string; readonly known: readonly string[] }
  /** YAML text made of what is written there; `isSafe`: it can have been meant in no other way. */
  | { readonly text: (written: string) => string; readonly isSafe?: boolean };

/** The edits that put a replacement in place; none where that would only make another mistake. */
export function replacementEdits(
  replacement: Replacement | undefined,
  pointer: string,
  kind: "key" | "value",
  source: LoadedSpec,
): Pick<Diagnostic, "edits" | "safe"> {
  if (replacement === undefined) return {};
  if ("text" in replacement) {
    const edit = rewrite(source, pointer, replacement.text);
    return edit === undefined ? {} : { edits: [edit], ...(replacement.isSafe === true && { safe: true }) };
  }
  const { word, known } = replacement;
  if (isTaken(word, known, kind, pointer, source)) return {};
  const written = kind === "key" ? keyAt(pointer) : String(valueAt(source.value, pointer));
  const edit = respell(source, pointer, kind, word);
  return edit === undefined ? {} : { edits: [edit], ...(isUnmistakable(written, known) && { safe: true }) };
}

/** Whether the map has the key, or the list the word, already, or another one that can be meant for it. */
function isTaken(
  word: string,
  known: readonly string[],
  kind: "key" | "value",
  pointer: string,
  source: LoadedSpec,
): boolean {
  const parent = valueAt(source.value, pointer.slice(0, pointer.lastIndexOf("/"))) as object;
  if (kind === "value" && !Array.isArray(parent)) return false;
  const others = Object.entries(parent).filter(([key]) => key !== keyAt(pointer));
  return others
    .map(([key, value]): unknown => (kind === "key" ? key : value))
    .some((other) => typeof other === "string" && (known.includes(other) ? other : suggest(other, known)) === word);
}

function keyAt(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf("/") + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}
