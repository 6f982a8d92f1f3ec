import { printable, printableMessage, withoutMiddle } from "../support/system/printable.ts";
import type { DiagnosticCode } from "./diagnostic-codes.ts";

/** A change of a spec's text. */
export interface Edit {
  /** What is replaced: offsets into the text, in UTF-16 units, without a byte order mark. Both alike where text is only added. */
  readonly range: { readonly start: number; readonly end: number };
  readonly text: string;
}

/** A mistake (or a doubt) about a spec: data first; text is made once, by `renderDiagnostics`. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  /** The file as the user named it. */
  readonly file: string;
  /** Offsets into the text, in UTF-16 units. */
  readonly range: { readonly start: number; readonly end: number };
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** All names that could stand there, where only some can. */
  readonly choices?: readonly string[];
  /** What to do as changes of the text, where that is certain; all of them belong together. */
  readonly edits?: readonly Edit[];
  /** Whether the edits only spell what can have been meant in one way: these `validate --fix` makes. */
  readonly safe?: boolean;
}

export type DiagnosticFormat = "text" | "json" | "github";

/** Of a file with thousands of mistakes the first ones help; all of them would only cost time and screens. */
export const MAX_MISTAKES = 200;

/** The first mistakes of a file, in their order; the last says where more are not listed. */
export function firstMistakes(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  if (diagnostics.length <= MAX_MISTAKES) return [...diagnostics];
  const last = diagnostics[MAX_MISTAKES - 1]!;
  const message = `${last.message}; more mistakes follow, which are not listed`;
  return [...diagnostics.slice(0, MAX_MISTAKES - 1), { ...last, message }];
}

const MAX_SHOWN = 50;
const MAX_LINE = 110;

/** Diagnostics for people ("text", "github": at most 50, then a count) or machines ("json": all). `texts`: the text of each file. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  format: DiagnosticFormat,
  { color = false }: { color?: boolean } = {},
): string {
  if (format === "json") return `${JSON.stringify(diagnostics.map(withShortTexts), null, 2)}\n`;
  const shown = diagnostics.slice(0, MAX_SHOWN);
  const sourceLines = new Map([...texts].map(([file, text]) => [file, text.replace(/^\ufeff/, "").split(/\r?\n/)]));
  const lines = shown.map((diagnostic) =>
    format === "github"
      ? githubLine(diagnostic)
      : textBlock(diagnostic, sourceLines.get(diagnostic.file)?.[diagnostic.line - 1] ?? "", color),
  );
  const left = diagnostics.length - shown.length;
  if (left > 0) lines.push(format === "github" ? `::notice::and ${left} more` : `and ${left} more\n`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function withShortTexts(diagnostic: Diagnostic): Diagnostic {
  const { message, fix } = diagnostic;
  return { ...diagnostic, message: printableMessage(message), fix: printableMessage(fix) };
}

/** Columns that text takes on a terminal: wide characters take two, combining marks none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** What to do; and where that names one choice of several, all of them. */
function advice({ fix, choices = [] }: Diagnostic): string[] {
  const list = choices.join(", ");
  return [`fix: ${fix}`, ...(fix.includes(list) ? [] : [`one of: ${list}`])];
}

/** Breaks a line where it would be too long; what follows is indented. */
function wrapped(line: string): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > MAX_LINE) {
    const space = rest.lastIndexOf(" ", MAX_LINE);
    if (space < MAX_LINE / 2) break;
    lines.push(rest.slice(0, space));
    rest = `      ${rest.slice(space + 1)}`;
  }
  return [...lines, rest].join("\n");
}

function textBlock(diagnostic: Diagnostic, sourceLine: string, color: boolean): string {
  const paint = (style: string, value: string): string => (color ? `\u001b[${style}m${value}\u001b[0m` : value);
  const { file, line, column, severity, code, range } = diagnostic;
  const style = severity === "error" ? "31;1" : "33;1";
  const heading = `${printable(file)}:${line}:${column}: ${paint(style, severity)} ${code}: ${printableMessage(diagnostic.message)}`;
  const mark = Math.min(column - 1, sourceLine.length);
  const from = Math.max(0, Math.min(mark - 60, sourceLine.length - MAX_LINE));
  const to = Math.min(sourceLine.length, from + MAX_LINE);
  const before = (from > 0 ? "…" : "") + printable(sourceLine.slice(from, mark));
  const markEnd = Math.max(mark, Math.min(to, mark + range.end - range.start));
  const marked = printable(sourceLine.slice(mark, markEnd));
  const after = printable(sourceLine.slice(markEnd, to)) + (to < sourceLine.length ? "…" : "");
  const gutter = String(line);
  return [
    heading,
    `  ${gutter} | ${before}${marked}${after}`,
    `  ${" ".repeat(gutter.length)} | ${" ".repeat(width(before))}${paint(style, "^".repeat(Math.max(1, width(marked))))}`,
    ...advice(diagnostic).map((line) => wrapped(`  ${printableMessage(line)}`)),
    "",
  ].join("\n");
}

function githubLine(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code, message } = diagnostic;
  return githubCommand(severity, { file, line, column, title: code }, message, advice(diagnostic));
}

/** A workflow command of GitHub Actions; its data escapes %, CR and LF, its properties also : and , */
export function githubCommand(
  severity: Diagnostic["severity"],
  at: { file: string; line: number; column: number; title: string },
  message: string,
  advice: readonly string[],
): string {
  const data = (value: string): string => value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (value: string): string =>
    data(printableMessage(value)).replaceAll(":", "%3A").replaceAll(",", "%2C");
  // Escaped, a line break is only a line break.
  const lines = [message, ...advice].flatMap((text) => withoutMiddle(text).split("\n").map(printable));
  const body = data(lines.join("\n"));
  return `::${severity} file=${property(at.file)},line=${at.line},col=${at.column},title=${property(at.title)}::${body}`;
}
