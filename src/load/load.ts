import { createHash } from "node:crypto";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from "yaml";
import type { Diagnostic } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";

export interface Position {
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** A spec's text, its plain value, and where each part of the value stands. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** SHA-256 of the bytes, hex. */
  readonly sha256: string;
  readonly value: unknown;
  /** Position of a JSON pointer's value, or of its key; of the nearest parent where the pointer leads nowhere. */
  position(pointer: string, kind?: "key" | "value"): Position;
}

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 40;
const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** Reads YAML 1.2 with positions. Every mistake is a diagnostic; nothing is thrown for any input. */
export function load(bytes: string | Uint8Array, file: string): { diagnostics: Diagnostic[]; source?: Source } {
  const buffer = typeof bytes === "string" ? Buffer.from(bytes) : Buffer.from(bytes);
  const diagnostics: Diagnostic[] = [];
  const refuse = (code: DiagnosticCode, message: string, fix: string): { diagnostics: Diagnostic[] } => ({
    diagnostics: [{ code, severity: "error", file, range: { start: 0, end: 0 }, line: 1, column: 1, message, fix }],
  });

  if (buffer.length > MAX_BYTES) {
    return refuse(
      "LC1010",
      `the file has ${buffer.length} bytes; a spec has at most ${MAX_BYTES}`,
      "check that this is the spec",
    );
  }
  if (buffer.includes(0)) return refuse("LC1001", "the file is binary", "give a YAML file in UTF-8");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(buffer);
  } catch {
    return refuse("LC1001", "the file is not UTF-8", "save it as UTF-8");
  }
  if (text.replace(/^\s*#.*$/gm, "").trim() === "") {
    return refuse("LC1002", "the file holds no spec", "start from `lstm-compile init`");
  }

  const lines = new LineCounter();
  const at = (start: number, end: number): Position => {
    const clamped = Math.min(start, text.length);
    const { line, col } = lines.linePos(clamped);
    return { start: clamped, end: Math.max(clamped, end), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (code: DiagnosticCode, start: number, end: number, message: string, fix: string): void => {
    const { line, column, ...range } = at(start, end);
    diagnostics.push({ code, severity: "error", file, range, line, column, message, fix });
  };

  const depth = nestingDepth(text);
  if (depth > MAX_DEPTH) {
    return refuse("LC1010", `the YAML is nested ${depth} levels deep; a spec has at most ${MAX_DEPTH}`, "flatten it");
  }
  let documents: Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: true,
      strict: true,
      version: "1.2",
      prettyErrors: false,
    });
    documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  } catch (error) {
    return refuse("LC1003", `the YAML cannot be parsed: ${(error as Error).message}`, "correct the YAML");
  }
  for (const document of documents) {
    for (const error of document.errors) {
      const [start, end] = error.pos;
      const message = error.message.split("\n")[0]!;
      if (error.code === "TAB_AS_INDENT" || (error.code !== "DUPLICATE_KEY" && /^\t/.test(lineOf(text, start)))) {
        report("LC1004", start, end, "a tab indents this line, which YAML does not allow", "indent with spaces");
      } else if (error.code === "DUPLICATE_KEY") {
        report("LC1005", start, end, "this key stands twice in the same map", "remove one of them");
      } else if (error.code === "BAD_ALIAS") {
        report("LC1007", start, end, "a spec has no anchors and aliases", "write the value out");
      } else {
        report("LC1003", start, end, message, "correct the YAML");
      }
    }
  }
  for (const warning of documents.flatMap((document) => document.warnings)) {
    if (warning.code === "TAG_RESOLVE_FAILED")
      report("LC1007", ...warning.pos, "a spec has no YAML tags", "remove the tag");
  }
  if (documents.length > 1) {
    const [start, end] = documents[1]!.range;
    report("LC1006", start, end, "a second YAML document begins here", "keep one spec per file");
  }
  const document = documents[0];
  if (document === undefined && diagnostics.length === 0) {
    return refuse("LC1002", "the file holds no spec", "start from `lstm-compile init`");
  }
  if (diagnostics.length > 0 || document === undefined) return { diagnostics: inOrder(diagnostics) };

  const positions = new Map<string, { key?: [number, number]; value: [number, number] }>();
  const value = plain(document.contents as Node | null, "", undefined);
  if (diagnostics.length > 0) return { diagnostics: inOrder(diagnostics) };
  if (!isMap(document.contents)) {
    const [start, end] = document.contents?.range ?? [0, 0];
    report("LC1103", start, end ?? start, "a spec is a map of keys and values", "start from `lstm-compile init`");
    return { diagnostics };
  }

  return {
    diagnostics,
    source: {
      file,
      text,
      sha256: createHash("sha256").update(buffer).digest("hex"),
      value,
      position(pointer, kind = "value") {
        for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
          const found = positions.get(path);
          if (found !== undefined) return at(...(kind === "key" && found.key !== undefined ? found.key : found.value));
          if (path === "") return at(0, 0);
        }
      },
    },
  };

  /** The node as plain data, remembering positions by JSON pointer. */
  function plain(node: Node | null, pointer: string, key: [number, number] | undefined): unknown {
    const [start, valueEnd] = node?.range ?? [key?.[1] ?? 0, key?.[1] ?? 0];
    const end = isScalar(node) ? valueEnd : Math.min(valueEnd, start + Math.max(1, lineOf(text, start, true).length));
    positions.set(pointer, { value: [start, end], ...(key === undefined ? {} : { key }) });
    if (node === null) return null;
    if (isAlias(node) || (node as { anchor?: string }).anchor !== undefined) {
      report("LC1007", start, end, "a spec has no anchors and aliases", "write the value out");
      return undefined;
    }
    if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:")) {
      report("LC1007", start, end, "a spec has no YAML tags", "remove the tag");
      return undefined;
    }
    if (isMap(node)) {
      const map: Record<string, unknown> = {};
      for (const pair of node.items as Pair<Node, Node | null>[]) {
        const [keyStart, keyEnd] = pair.key?.range ?? [start, end];
        const name = isScalar(pair.key) ? pair.key.value : undefined;
        if (typeof name !== "string" || RESERVED_KEYS.has(name) || name === "<<") {
          report(
            "LC1008",
            keyStart,
            keyEnd,
            "this cannot be a key of a spec",
            "use the keys that `lstm-compile schema` lists",
          );
          continue;
        }
        map[name] = plain(pair.value, `${pointer}/${escapePointer(name)}`, [keyStart, keyEnd]);
      }
      return map;
    }
    if (isSeq(node)) return node.items.map((item, index) => plain(item as Node, `${pointer}/${index}`, undefined));
    if (!isScalar(node)) return undefined;
    if (typeof node.value === "bigint" || (typeof node.value === "number" && !Number.isFinite(node.value))) {
      report(
        "LC1009",
        start,
        end,
        `${lineOf(text, start, true).trim().slice(0, 40)} is not a finite number`,
        "give a finite number",
      );
      return undefined;
    }
    if (typeof node.value === "number" && Number.isInteger(node.value) && !Number.isSafeInteger(node.value)) {
      report("LC1009", start, end, "this integer is too large to be exact", "give a smaller number");
      return undefined;
    }
    return node.value;
  }
}

/** The line that holds an offset: whole, or from the offset on. */
function lineOf(text: string, offset: number, fromOffset = false): string {
  const start = fromOffset ? offset : text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end < 0 ? undefined : end);
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** An upper bound of the nesting, cheap enough to stop a parser's recursion before it begins. */
function nestingDepth(text: string): number {
  let deepest = 0;
  let brackets = 0;
  for (const line of text.split("\n")) {
    const lead = /^(?:[ ]*(?:[-?:] )*)/.exec(line)![0];
    const markers = lead.replaceAll(" ", "").length;
    for (const character of line) {
      if (character === "[" || character === "{") brackets++;
      else if ((character === "]" || character === "}") && brackets > 0) brackets--;
      deepest = Math.max(deepest, brackets);
    }
    deepest = Math.max(deepest, markers, Math.ceil((lead.length - 2 * markers) / 2) > 200 ? 1000 : 0);
  }
  return deepest;
}

function inOrder(diagnostics: Diagnostic[]): Diagnostic[] {
  return diagnostics.sort((a, b) => a.range.start - b.range.start);
}
