import type { Diagnostic } from "./diagnostic.ts";
import type { Source } from "./load/load.ts";
import { checkRules } from "./rules/rules.ts";
import { checkSchema } from "./schema/schema.ts";
import type { ModelSpec } from "./spec/types.ts";

/** Schema first, then the rules beyond it. The spec comes back, defaults filled in, only where there is no error. */
export function validate(source: Source): { diagnostics: Diagnostic[]; spec?: ModelSpec } {
  const { diagnostics, spec } = checkSchema(source);
  if (spec !== undefined) diagnostics.push(...checkRules(spec, source));
  diagnostics.sort((a, b) => a.range.start - b.range.start || (a.code < b.code ? -1 : 1));
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  return spec === undefined || hasError ? { diagnostics } : { diagnostics, spec };
}
