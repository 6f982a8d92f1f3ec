import type { Diagnostic, Edit } from "./diagnostic.ts";
import { withEdits } from "./edits.ts";
import { load } from "./load/load.ts";
import { validate } from "./validate.ts";

/** A change that was made: what stood where, and what stands there now. */
export interface Correction {
  /** 1-based, in the text as it was when the change was made; no change moves a line. */
  readonly line: number;
  readonly column: number;
  readonly from: string;
  readonly to: string;
}

/** More rounds than the schema has levels: a corrected type shows what is wrong with the keys beside it. */
const MAX_ROUNDS = 20;

/** All that is said of a spec: of its text, of its schema, and by the rules. */
export function diagnose(bytes: string | Uint8Array, file: string): Diagnostic[] {
  const { diagnostics, source } = load(bytes, file);
  return source === undefined ? diagnostics : [...diagnostics, ...validate(source).diagnostics];
}

/**
 * Corrects what can only have been meant in one way, until nothing more is. All other text stays as it is. The text is undefined where
 * nothing was corrected.
 */
export function correct(given: Uint8Array, file: string): { corrections: Correction[]; text: string | undefined } {
  const corrections: Correction[] = [];
  let text: string | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { source } = load(text ?? given, file);
    if (source === undefined) break;
    const chosen = apart(diagnose(source.text, file).filter(({ safe }) => safe === true));
    if (chosen.length === 0) break;
    text = withEdits(
      source.text,
      chosen.flatMap(({ edits }) => edits),
    );
    for (const { line, column, range, edits } of chosen) {
      const to = edits.map((edit) => edit.text).join(" ");
      corrections.push({ line, column, from: source.text.slice(range.start, range.end), to });
    }
  }
  return { corrections, text };
}

type Editable = Diagnostic & { readonly edits: readonly Edit[] };

/** The diagnostics whose edits overlap no other's before them. */
function apart(diagnostics: readonly Diagnostic[]): Editable[] {
  const chosen: Editable[] = [];
  for (const diagnostic of diagnostics) {
    if (diagnostic.edits === undefined) continue;
    const taken = chosen.flatMap(({ edits }) => edits);
    const overlaps = diagnostic.edits.some(({ range }) =>
      taken.some((other) => range.start <= other.range.end && other.range.start <= range.end),
    );
    if (!overlaps) chosen.push(diagnostic as Editable);
  }
  return chosen;
}
