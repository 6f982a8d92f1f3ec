import type { Diagnostic } from "../core/diagnostic.ts";
import { correct, diagnose } from "../core/fix.ts";
import { rewriteFile } from "../program/rewrite.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { count, note, noteNextRun, printDiagnostics, printUserError, type ReportOptions } from "./console.ts";
import { expandSpecs, readSpecs, type SpecFile } from "./specs.ts";

type Readable = Extract<SpecFile, { bytes: Uint8Array }>;

/** Checks specs against schema and rules; `fix`: what can only have been meant in one way is corrected in the files first. */
export function validateCommand(
  args: readonly string[],
  options: ReportOptions & { fix?: boolean | undefined },
): number {
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  const valid: string[] = [];
  let isRefused = false;
  for (const file of readSpecs(expandSpecs(args, options).paths)) {
    if ("diagnostic" in file) {
      diagnostics.push(file.diagnostic);
      continue;
    }
    let { text } = file;
    if (options.fix === true) {
      try {
        text = corrected(file, options);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        printUserError(error);
        isRefused = true;
      }
    }
    texts.set(file.spec, text);
    const own = diagnose(text === file.text ? file.bytes : text, file.spec);
    diagnostics.push(...own);
    if (!own.some(({ severity }) => severity === "error")) valid.push(file.spec);
  }
  printDiagnostics(diagnostics, texts, options);
  for (const spec of valid) note(`${spec}: valid`, options);
  const correctable = diagnostics.filter(({ safe }) => safe === true);
  if (correctable.length > 0 && options.fix !== true) {
    const files = [...new Set(correctable.map(({ file }) => file))];
    const command = files.length <= MAX_FILES ? compilerCommand("validate", "--fix", ...files) : "--fix";
    note(`${count(correctable.length, "mistake")} can be corrected: ${command}`, options);
  }
  if (texts.size === 1 && valid.length === 1) noteNextRun(valid[0]!, options);
  if (isRefused) return 3;
  return diagnostics.some(({ severity }) => severity === "error") ? 2 : 0;
}

const MAX_FILES = 3;
const BYTE_ORDER_MARK = "\ufeff";

/** The text of a file as it then is. @throws UserError (exit code 3) where it may not be written */
function corrected({ spec, bytes, text: given }: Readable, options: ReportOptions): string {
  const { corrections, text } = correct(bytes, spec);
  if (text === undefined) return given;
  const whole = given.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text : text;
  rewriteFile(spec, whole);
  for (const { line, column, from, to } of corrections)
    note(`${spec}:${line}:${column}: \`${from}\` → \`${to}\``, options);
  return whole;
}
