import type { Edit } from "./diagnostic.ts";
import { escapePointer, type LoadedSpec } from "./load/load.ts";

/** A scalar value that a key, or a place in a list, should have. */
export interface Change {
  /** JSON pointer. */
  readonly pointer: string;
  readonly value: string | number | boolean;
}

/** Edits that make the changes; undefined where the text leaves open how. */
export function editsOf(changes: readonly Change[], source: LoadedSpec): Edit[] | undefined {
  const edits = changes.map((change) => setValue(change, source));
  return edits.length > 0 && edits.every((edit) => edit !== undefined) ? edits : undefined;
}

function setValue({ pointer, value }: Change, source: LoadedSpec): Edit | undefined {
  if (valueAt(source.value, pointer) === undefined) return addKey(pointer, String(value), source);
  return typeof value === "string"
    ? respell(source, pointer, "value", value)
    : rewrite(source, pointer, () => `${value}`);
}

/** Another word for a key or a text, in the quotes that it has: without them, {"a":1} would not be a map. */
export function respell(source: LoadedSpec, pointer: string, kind: "key" | "value", word: string): Edit | undefined {
  return replace(source, pointer, kind, (written) => {
    const quote = /^["']/.exec(written)?.[0] ?? "";
    return `${quote}${word}${quote}`;
  });
}

/** Other YAML text in place of a scalar value. `text` makes it of what is written there, quotes included. */
export function rewrite(source: LoadedSpec, pointer: string, text: (written: string) => string): Edit | undefined {
  return replace(source, pointer, "value", text);
}

function replace(
  source: LoadedSpec,
  pointer: string,
  kind: "key" | "value",
  text: (written: string) => string,
): Edit | undefined {
  const { start, end } = source.position(pointer, kind);
  const written = source.text.slice(start, end);
  if (!isOneWord(written) || (kind === "value" && typeof valueAt(source.value, pointer) === "object")) return undefined;
  return { range: { start, end }, text: text(written) };
}

/** Whether a scalar stands in one line, plain or in quotes; nothing, and text blocks (| and >), do not. */
function isOneWord(written: string): boolean {
  return written !== "" && !/^[|>]|[\r\n]/.test(written);
}

/** Adds a key to a map, after one that has a scalar value. */
function addKey(pointer: string, value: string, source: LoadedSpec): Edit | undefined {
  const { text, position } = source;
  const parent = pointer.slice(0, pointer.lastIndexOf("/"));
  const added = `${pointer.slice(parent.length + 1)}: ${value}`;
  const map = valueAt(source.value, parent);
  if (typeof map !== "object" || map === null || Array.isArray(map)) return undefined;
  const before = Object.entries(map).find(([key, sibling]) => {
    const { start, end } = position(`${parent}/${escapePointer(key)}`);
    return typeof sibling !== "object" && isOneWord(text.slice(start, end));
  });
  if (before === undefined) return undefined;
  const sibling = `${parent}/${escapePointer(before[0])}`;
  const { end } = position(sibling);
  if (text[position(parent).start] === "{") return { range: { start: end, end }, text: `, ${added}` };
  const { start: keyStart, column } = position(sibling, "key");
  const [lineStart, lineEnd] = [keyStart - column + 1, endOfLine(text, end)];
  // Only where the lines of a block are what they seem: no [a: 1] in a line, no `? key`.
  if (!/^ *(?:- +)*$/.test(text.slice(lineStart, keyStart)) || !/^\s*(?:#.*)?$/.test(text.slice(end, lineEnd)))
    return undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return { range: { start: lineEnd, end: lineEnd }, text: `${newline}${" ".repeat(column - 1)}${added}` };
}

function endOfLine(text: string, offset: number): number {
  const end = text.slice(offset).search(/\r?\n/);
  return end === -1 ? text.length : offset + end;
}

/** The value that a JSON pointer leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, key)
          ? (at as Readonly<Record<string, unknown>>)[key]
          : undefined,
      value,
    );
}

/** A text with edits made. @throws Error where two of them overlap */
export function withEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  let next = text.length + 1;
  for (const { range, text: replacement } of [...edits].sort((a, b) => b.range.start - a.range.start)) {
    if (range.end > next || (range.start === next && range.end === next)) throw new Error("edits overlap");
    result = result.slice(0, range.start) + replacement + result.slice(range.end);
    next = range.start;
  }
  return result;
}
