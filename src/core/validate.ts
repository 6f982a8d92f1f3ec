import type { Diagnostic } from "./diagnostic.ts";
import type { LoadedSpec } from "./load/load.ts";
import type { Draft } from "./plan/draft.ts";
import { draftPlan } from "./plan/plan.ts";
import { checkRules } from "./rules/rules.ts";
import { checkSchema } from "./schema/schema.ts";
import type { ModelSpec } from "./spec/types.ts";

/**
 * Schema first; what fits it is resolved, and judged by the rules beyond the schema. The spec, defaults filled in, and the draft of its plan
 * come back only where there is no error.
 */
export function validate(source: LoadedSpec): { diagnostics: Diagnostic[]; spec?: ModelSpec; draft?: Draft } {
  const { diagnostics, spec } = checkSchema(source);
  const draft = spec && draftPlan(spec, source);
  if (draft !== undefined) diagnostics.push(...checkRules(draft));
  diagnostics.sort((a, b) => a.range.start - b.range.start || (a.code < b.code ? -1 : 1));
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  return spec === undefined || draft === undefined || hasError
    ? { diagnostics }
    : { diagnostics, spec: draft.spec, draft };
}
