import { type Document, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import { type Diagnostic, firstMistakes } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import { sha256 } from "../sha256.ts";
import { plainValue } from "./plain.ts";
import { directiveRange, isBlank, lineAt, tooDeepAt } from "./scan.ts";

export { escapePointer } from "./plain.ts";

export interface Position {
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** A spec's text, its plain value, and where each part of the value stands. */
export interface LoadedSpec {
  readonly file: string;
  /** The text without a byte order mark. */
  readonly text: string;
  /** SHA-256 of the bytes, hex. */
  readonly sha256: string;
  readonly value: unknown;
  /** Position of a JSON pointer's value, or of its key; of the nearest parent where the pointer leads nowhere. */
  position(pointer: string, kind?: "key" | "value"): Position;
}

/** Reports a mistake at a range of the text. */
export type ReportRange = (code: DiagnosticCode, start: number, end: number, message: string, fix: string) => void;

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 40;
const START = "start from `npx lstm-compile init`";

/** Reads YAML 1.2 with positions. Every mistake is a diagnostic; nothing is thrown for any input. */
export function load(given: string | Uint8Array, file: string): { diagnostics: Diagnostic[]; source?: LoadedSpec } {
  const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
  const diagnostics: Diagnostic[] = [];
  let text = "";
  const lines = new LineCounter();
  const at = (start: number, end: number): Position => {
    const clamped = Math.min(start, text.length);
    const { line, col } = lines.linePos(clamped);
    return {
      start: clamped,
      end: Math.max(clamped, Math.min(end, text.length)),
      line: Math.max(line, 1),
      column: Math.max(col, 1),
    };
  };
  const report: ReportRange = (code, start, end, message, fix) => {
    const { line, column, ...range } = at(start, end);
    diagnostics.push({ code, severity: "error", file, range, line, column, message, fix });
  };
  const refused = (): { diagnostics: Diagnostic[] } => ({
    diagnostics: firstMistakes(diagnostics.sort((a, b) => a.range.start - b.range.start)),
  });

  const decoded = decode(bytes, report);
  if (decoded === undefined) return refused();
  text = decoded;
  addLines(lines, text);
  if (isBlank(text)) {
    report("LC1002", 0, 0, "the file holds no spec", START);
    return refused();
  }
  if (!text.includes("\n") && text.includes("\r")) {
    report("LC1003", 0, 0, "the lines end with carriage returns alone", "save the file with LF or CRLF line endings");
    return refused();
  }
  const directive = /^---/m.test(text) ? directiveRange(text) : undefined; // without ---, the parser refuses it
  if (directive !== undefined) {
    report("LC1007", ...directive, "a spec has no YAML directives; it is YAML 1.2", "remove this line");
    return refused();
  }
  const deep = tooDeepAt(text, MAX_DEPTH);
  if (deep !== undefined) {
    report(
      "LC1010",
      deep,
      deep + 1,
      `this is nested more than ${MAX_DEPTH} levels deep`,
      "check that this is the spec",
    );
    return refused();
  }

  let documents: Document.Parsed[];
  try {
    const options = { uniqueKeys: false, strict: true, version: "1.2", prettyErrors: false } as const;
    const parsed = parseAllDocuments(text, options);
    documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report("LC1010", 0, 0, `the YAML is nested more than ${MAX_DEPTH} levels deep`, "check that this is the spec");
    return refused();
  }
  reportSyntax(documents, text, report);
  const [document, second] = documents;
  if (second !== undefined && diagnostics.length === 0) {
    const [start, end] = second.range;
    report("LC1006", start, end, "a second YAML document begins here", "keep one spec per file");
  }
  if (diagnostics.length > 0) return refused();
  if (document === undefined || document.contents === null) {
    report("LC1002", 0, 0, "the file holds no spec", START);
    return refused();
  }

  const { value, positions } = plainValue(
    document.contents,
    text,
    MAX_DEPTH,
    report,
    (offset) => at(offset, offset).line,
  );
  if (diagnostics.length > 0) return refused();
  if (value === null) {
    report("LC1002", 0, 0, "the file holds no spec", START);
    return refused();
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    const [start, end] = positions.get("")!.value;
    report("LC1103", start, end, "a spec is a map of keys and values", START);
    return refused();
  }
  const position: LoadedSpec["position"] = (pointer, kind = "value") => {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const found = positions.get(path);
      if (found !== undefined) return at(...(kind === "key" && found.key !== undefined ? found.key : found.value));
      if (path === "") return at(0, 0);
    }
  };
  return { diagnostics, source: { file, text, sha256: sha256(bytes), value, position } };
}

/** The text of UTF-8 bytes, without a byte order mark. */
function decode(bytes: Uint8Array, report: ReportRange): string | undefined {
  if (bytes.length > MAX_BYTES) {
    const message = `the file has ${bytes.length} bytes; a spec has at most ${MAX_BYTES}`;
    report("LC1010", 0, 0, message, "check that this is the spec");
    return undefined;
  }
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) {
    report("LC1001", 0, 0, "the file is UTF-16", "save it as UTF-8");
    return undefined;
  }
  if (bytes.includes(0)) {
    report("LC1001", 0, 0, "the file is binary", "give a YAML file in UTF-8");
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    report("LC1001", 0, 0, "the file is not UTF-8", "save it as UTF-8");
    return undefined;
  }
}

function addLines(lines: LineCounter, text: string): void {
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
}

/** Only the first mistake: after it, the parser reads the rest in another way than the author meant. */
function reportSyntax(documents: readonly Document.Parsed[], text: string, report: ReportRange): void {
  const error = documents
    .flatMap((document) => document.errors)
    .reduce<YAMLError | undefined>(
      (first, other) => (first !== undefined && first.pos[0] <= other.pos[0] ? first : other),
      undefined,
    );
  if (error === undefined) return;
  const [start, end] = error.pos;
  const line = lineAt(text, start);
  const tab = /^ *\t/.exec(line);
  if (error.code === "TAB_AS_INDENT" || tab !== null) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const from = tab === null ? start : lineStart + tab[0].length - 1;
    report("LC1004", from, from + 1, "a tab indents this line, which YAML does not allow", "indent with spaces");
    return;
  }
  if (/call stack/.test(error.message)) {
    // The parser recurses over indentation: a file of a thousand levels exhausts the stack.
    report(
      "LC1010",
      start,
      start + 1,
      `the YAML is nested more than ${MAX_DEPTH} levels deep`,
      "check that this is the spec",
    );
    return;
  }
  if (error.code === "TAG_RESOLVE_FAILED") {
    report("LC1007", start, end, "a spec has no YAML tags", "remove the tag");
    return;
  }
  if (error.code === "BAD_ALIAS") {
    report("LC1007", start, end, "a spec has no anchors and aliases", "write the value out");
    return;
  }
  const message = error.message.split("\n")[0]!.replace(/ in YAML document.*/, "");
  const shown = message.length > 200 ? `${message.slice(0, 200)}…` : message;
  report(
    "LC1003",
    start,
    Math.max(end, start + 1),
    shown,
    SYNTAX_FIXES[error.code] ?? "check colons, quotes and indentation here",
  );
}

const SYNTAX_FIXES: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  BLOCK_AS_IMPLICIT_KEY: "put text that contains a colon in quotes, or begin a new line",
  MULTILINE_IMPLICIT_KEY: "write `key: value`, and close the quotes and brackets before this line",
  BAD_INDENT: "align this with the lines around it, and close the brackets before it",
  MISSING_CHAR: "add the missing character",
  BAD_DQ_ESCAPE: "use single quotes, in which a backslash is itself",
  BAD_SCALAR_START: "put the text in quotes",
};
