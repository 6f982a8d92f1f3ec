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
    const edits = apart(diagnose(source.text, file).filter(({ safe }) => safe === true));
    if (edits.length === 0) break;
    corrections.push(...edits.map((edit) => correctionOf(edit, source.text)));
    text = withEdits(source.text, edits);
  }
  corrections.sort((a, b) => a.line - b.line || a.column - b.column);
  return { corrections, text };
}

function correctionOf({ range, text: to }: Edit, text: string): Correction {
  const before = text.slice(0, range.start).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1, from: text.slice(range.start, range.end), to };
}

/** The edits of the diagnostics, without those of which one overlaps another before it. */
function apart(diagnostics: readonly Diagnostic[]): Edit[] {
  const chosen: Edit[] = [];
  for (const { edits = [] } of diagnostics) {
    const overlaps = edits.some(({ range }) =>
      chosen.some((other) => range.start <= other.range.end && other.range.start <= range.end),
    );
    if (!overlaps) chosen.push(...edits);
  }
  return chosen;
}
