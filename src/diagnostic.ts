import type { DiagnosticCode } from "./diagnostic-codes.ts";

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
}

export type DiagnosticFormat = "text" | "json" | "github";

const MAX_SHOWN = 50;
const MAX_LINE = 110;

/** Diagnostics for people ("text") or machines. `texts` gives the text of each file, for the source lines. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  format: DiagnosticFormat,
  { color = false }: { color?: boolean } = {},
): string {
  if (format === "json") return `${JSON.stringify(diagnostics, null, 2)}\n`;
  const shown = diagnostics.slice(0, MAX_SHOWN);
  const lines = shown.map((diagnostic) =>
    format === "github" ? githubLine(diagnostic) : textBlock(diagnostic, texts.get(diagnostic.file) ?? "", color),
  );
  const left = diagnostics.length - shown.length;
  if (left > 0) lines.push(format === "github" ? `::notice::and ${left} more` : `and ${left} more\n`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Control characters and other invisible ones of a user's text would move the cursor or the caret. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "\u00b7");
}

function textBlock(diagnostic: Diagnostic, text: string, color: boolean): string {
  const paint = (style: string, value: string): string => (color ? `\u001b[${style}m${value}\u001b[0m` : value);
  const { file, line, column, severity, code } = diagnostic;
  const heading = `${printable(file)}:${line}:${column}: ${paint(severity === "error" ? "31;1" : "33;1", severity)} ${code}: ${printable(diagnostic.message)}`;
  const source = text.split(/\r?\n/)[line - 1] ?? "";
  const from = Math.max(0, Math.min(column - 1 - 60, source.length - MAX_LINE));
  const part = printable(source.slice(from, from + MAX_LINE));
  const width = Math.max(1, Math.min(diagnostic.range.end - diagnostic.range.start, part.length - (column - 1 - from)));
  const gutter = String(line);
  return [
    heading,
    `  ${gutter} | ${from > 0 ? "…" : ""}${part}${from + MAX_LINE < source.length ? "…" : ""}`,
    `  ${" ".repeat(gutter.length)} | ${" ".repeat(column - 1 - from + (from > 0 ? 1 : 0))}${paint("31;1", "^".repeat(width))}`,
    `  fix: ${printable(diagnostic.fix)}`,
    "",
  ].join("\n");
}

/** A workflow command of GitHub Actions; its data escapes %, CR and LF, its properties also : and , */
function githubLine({ file, line, column, severity, code, message, fix }: Diagnostic): string {
  const data = (value: string): string => value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (value: string): string => data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${severity} file=${property(file)},line=${line},col=${column},title=${code}::${data(`${message}\nfix: ${fix}`)}`;
}
