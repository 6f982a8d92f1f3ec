import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { ReportRange } from "./load.ts";
import { lineEnd, propertyRange } from "./scan.ts";

type Range = readonly [start: number, end: number];

export interface NodePosition {
  readonly key?: Range;
  readonly value: Range;
}

/** A valid spec has a tenth of it; more would only cost time in every stage after this. */
const MAX_VALUES = 20_000;
const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"]);

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * A YAML node as plain data, and positions by JSON pointer. What a spec may not hold (anchors, tags, keys that are no text,
 * numbers that are not exact) is reported; the value is then of no use.
 */
export function plainValue(
  root: Node,
  text: string,
  maxDepth: number,
  report: ReportRange,
  lineOf: (offset: number) => number,
): { value: unknown; positions: ReadonlyMap<string, NodePosition> } {
  const positions = new Map<string, NodePosition>();
  const value = plain(root, "", undefined, 0);
  return { value, positions };

  function plain(node: Node | null, pointer: string, key: Range | undefined, depth: number): unknown {
    const [start, nodeEnd] = node?.range ?? [key?.[1] ?? 0, key?.[1] ?? 0];
    const end = isScalar(node) ? nodeEnd : Math.min(nodeEnd, Math.max(start + 1, lineEnd(text, start)));
    if (positions.size === MAX_VALUES) {
      report("LC1010", start, end, `the file holds more than ${MAX_VALUES} values`, "check that this is the spec");
    }
    positions.set(pointer, { value: [start, end], ...(key === undefined ? {} : { key }) });
    if (node === null || positions.size > MAX_VALUES) return null;
    if (depth > maxDepth) {
      report("LC1010", start, end, `this is nested more than ${maxDepth} levels deep`, "check that this is the spec");
      return null;
    }
    if (hasProperty(node)) return null;
    if (isMap(node)) return plainMap(node.items as Pair<Node, Node | null>[], pointer, [start, end], depth);
    if (isSeq(node))
      return node.items.map((item, index) => plain(item as Node, `${pointer}/${index}`, undefined, depth + 1));
    return isScalar(node) ? plainScalar(node.value, [start, end]) : null;
  }

  /** Anchors, aliases and tags: nothing in a spec needs them. */
  function hasProperty(node: Node): boolean {
    const [start, end] = node.range ?? [0, 0];
    if (isAlias(node)) {
      report("LC1007", start, end, "a spec has no anchors and aliases", "write the value out");
      return true;
    }
    if ((node as { anchor?: string }).anchor !== undefined) {
      report("LC1007", ...propertyRange(text, start), "a spec has no anchors and aliases", "write the value out");
      return true;
    }
    if (node.tag !== undefined) {
      report("LC1007", ...propertyRange(text, start), "a spec has no YAML tags", "remove the tag");
      return true;
    }
    return false;
  }

  function plainMap(pairs: readonly Pair<Node, Node | null>[], pointer: string, range: Range, depth: number): unknown {
    const map: Record<string, unknown> = {};
    const firsts = new Map<string, number>();
    for (const pair of pairs) {
      const [keyStart, keyEnd] = pair.key?.range ?? range;
      if (pair.key !== null && hasProperty(pair.key)) continue;
      const name = isScalar(pair.key) ? keyName(pair.key.value, text.slice(keyStart, keyEnd)) : undefined;
      if (name === "<<") {
        report("LC1008", keyStart, keyEnd, "a spec has no merge keys", "write the keys out");
        continue;
      }
      if (typeof name !== "string") {
        const kind = name === undefined || name === null ? "no text" : `the ${typeof name} ${String(name)}`;
        const fix = Number.isSafeInteger(name)
          ? `write \`${name}\``
          : "use the keys that `npx lstm-compile schema` lists";
        report("LC1008", keyStart, keyEnd, `a key is a word, but this one is ${kind}`, fix);
        continue;
      }
      if (RESERVED_KEYS.has(name)) {
        report(
          "LC1008",
          keyStart,
          keyEnd,
          `\`${name}\` cannot be a key of a spec`,
          "use the keys that `npx lstm-compile schema` lists",
        );
        continue;
      }
      const first = firsts.get(name);
      if (first !== undefined) {
        report(
          "LC1005",
          keyStart,
          keyEnd,
          `\`${shorten(name)}\` stands twice in this map, first in line ${lineOf(first)}`,
          "remove one of them",
        );
        continue;
      }
      firsts.set(name, keyStart);
      plainScalar(name, [keyStart, keyEnd]);
      map[name] = plain(pair.value, `${pointer}/${escapePointer(name)}`, [keyStart, keyEnd], depth + 1);
    }
    return map;
  }

  function plainScalar(value: unknown, [start, end]: Range): unknown {
    if (typeof value === "string" && /\p{Cs}/u.test(value)) {
      report(
        "LC1106",
        start,
        end,
        "this text holds half of a character (an unpaired surrogate)",
        "write the whole character",
      );
    }
    if (typeof value !== "number" && typeof value !== "bigint") return value;
    const written = shorten(text.slice(start, end));
    if (typeof value === "bigint" || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      report("LC1009", start, end, `the integer ${written} is too large to be exact`, "give a smaller number");
    } else if (!Number.isFinite(value)) {
      report("LC1009", start, end, `${written} is not a finite number`, "give a finite number");
    }
    return value;
  }
}

/** A key as it is known: whole numbers, as classes are, by their digits. Others, such as 1.0 and 0x1, are no names. */
function keyName(value: unknown, written: string): unknown {
  return Number.isSafeInteger(value) && written === String(value) ? written : value;
}

function shorten(word: string): string {
  return word.length > 60 ? `${word.slice(0, 60)}…` : word;
}
