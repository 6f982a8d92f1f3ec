import type { Diagnostic } from "../core/diagnostic.ts";
import { load } from "../core/load/load.ts";
import { validate } from "../core/validate.ts";
import { note, noteNextRun, printDiagnostics, type ReportOptions } from "./report.ts";
import { expandSpecs, readSpecs } from "./specs.ts";

/** Checks specs against schema and rules; nothing is planned or written. */
export function validateCommand(args: readonly string[], options: ReportOptions): number {
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  const valid: string[] = [];
  for (const file of readSpecs(expandSpecs(args, options).paths)) {
    if ("diagnostic" in file) {
      diagnostics.push(file.diagnostic);
      continue;
    }
    texts.set(file.spec, file.text);
    const loaded = load(file.bytes, file.spec);
    const own = [...loaded.diagnostics, ...(loaded.source === undefined ? [] : validate(loaded.source).diagnostics)];
    diagnostics.push(...own);
    if (!own.some(({ severity }) => severity === "error")) valid.push(file.spec);
  }
  printDiagnostics(diagnostics, texts, options);
  for (const spec of valid) note(`${spec}: valid`, options);
  if (texts.size === 1 && valid.length === 1) noteNextRun(valid[0]!, options);
  return diagnostics.some(({ severity }) => severity === "error") ? 2 : 0;
}
