import { Lexer } from "yaml";

const OPENING = new Set(["[", "{"]);
const CLOSING = new Set(["]", "}"]);
const COMPACT = new Set(["-", "?", ":"]);
/** Tokens that mark a place and stand for no text: document start, end of a broken flow, scalar. */
const MARKERS = new Set(["\u0002", "\u0018", "\u001f"]);

/**
 * Offset at which brackets, or markers such as `- - -` in one line, nest deeper than `limit`; undefined where none do.
 * The lexer does not recurse, the parser does: this runs first. It knows text in quotes and comments from brackets.
 */
export function tooDeepAt(text: string, limit: number): number | undefined {
  let offset = 0;
  let brackets = 0;
  let markers = 0;
  for (const token of new Lexer().lex(text)) {
    if (OPENING.has(token)) brackets++;
    else if (CLOSING.has(token)) brackets = Math.max(0, brackets - 1);
    else if (COMPACT.has(token)) markers++;
    // A comma ends an entry of a flow collection: {a: 1, b: 2} nests no deeper than {a: 1}.
    else if (token.includes("\n") || token === ",") markers = 0;
    if (brackets > limit || markers > limit) return offset;
    if (!MARKERS.has(token)) offset += token.length;
  }
  return undefined;
}

/** Range of a `%` directive before the document: %YAML 1.1 would turn `yes` into true and `010` into 8. */
export function directiveRange(text: string): [number, number] | undefined {
  let offset = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("%")) return [offset, offset + line.trimEnd().length];
    const bare = line.trim();
    if (bare !== "" && !bare.startsWith("#")) return undefined;
    offset += line.length + 1;
  }
  return undefined;
}

/** Whether nothing but blank lines and comments is there. */
export function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#|$)/.test(line));
}

/** Range of the tag or anchor that stands before a node; the node's own start where it is not found. */
export function propertyRange(text: string, nodeStart: number): [number, number] {
  const from = Math.max(0, nodeStart - 200);
  const found = /([&!][^\s,[\]{}]*)\s*(?:[&!][^\s,[\]{}]*\s*)?$/.exec(text.slice(from, nodeStart));
  if (found === null) return [nodeStart, nodeStart + 1];
  return [from + found.index, from + found.index + found[1]!.length];
}

/** The line that holds an offset. */
export function lineAt(text: string, offset: number): string {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, lineEnd(text, offset));
}

/** Offset of the end of the line that holds an offset. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}
