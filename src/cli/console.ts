import { type Diagnostic, type DiagnosticFormat, renderDiagnostics } from "../core/diagnostic.ts";
import { CODES } from "../core/diagnostic-codes.ts";
import { printableLines, printableMessage } from "../support/system/printable.ts";
import { compilerCommand } from "../support/system/shell.ts";
import type { UserError } from "../support/system/user-error.ts";

export interface ReportOptions {
  readonly format: DiagnosticFormat;
  /** Errors only. */
  readonly quiet?: boolean | undefined;
}

/**
 * Prints the diagnostics of all specs at once: for people on stderr; as one document for machines on stdout. `texts` has each
 * spec's text by its path.
 */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  { format, quiet }: ReportOptions,
): void {
  const shown = diagnostics.filter(({ severity }) => severity === "error" || quiet !== true);
  if (format !== "text") {
    process.stdout.write(renderDiagnostics(shown, texts, format));
    return;
  }
  const color = wantsColor(process.stderr);
  for (const file of new Set(shown.map((diagnostic) => diagnostic.file))) {
    const own = shown.filter((diagnostic) => diagnostic.file === file);
    if (texts.has(file)) process.stderr.write(renderDiagnostics(own, texts, "text", { color }));
    // There is no line to show of a file that cannot be read.
    else for (const { code, message, fix } of own) printError(`${file}: ${message} (${code}: ${CODES[code]})`, fix);
  }
}

export function printError(message: string, fix: string): void {
  const label = wantsColor(process.stderr) ? "\u001b[31;1merror\u001b[0m" : "error";
  process.stderr.write(`${label}: ${printableLines(message)}\n  fix: ${printableLines(fix)}\n`);
}

export function printUserError(error: UserError): void {
  printError(error.message, error.fix);
}

export function note(line: string, { quiet }: { quiet?: boolean | undefined } = {}): void {
  if (quiet !== true) process.stderr.write(`${printableMessage(line)}\n`);
}

/** What people do with a spec that is right. */
export function noteNextRun(spec: string, { outDir, quiet }: { outDir?: string; quiet?: boolean | undefined }): void {
  const out = outDir === undefined || outDir === "generated" ? [] : ["-o", outDir];
  note(`next: ${compilerCommand("run", spec, ...out)}`, { quiet });
}

export function wantsColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
