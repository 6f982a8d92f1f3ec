import { type SchemaError, validate } from "../../../schemas/model-spec.v1.js";
import { type Diagnostic, firstMistakes, MAX_MISTAKES } from "../diagnostic.ts";
import type { LoadedSpec } from "../load/load.ts";
import type { ModelSpec } from "../spec/types.ts";
import { explain } from "./explain.ts";
import { withNamesAsMaps } from "./names-as-maps.ts";
import { replacementEdits } from "./replacement.ts";
import { label } from "./words.ts";

/** Checks a value against the schema. Returns a copy with every default filled in, or diagnostics. */
export function checkSchema(source: LoadedSpec): { diagnostics: Diagnostic[]; spec?: ModelSpec } {
  const value: unknown = structuredClone(source.value);
  if (validate(value)) return { diagnostics: [], spec: withNamesAsMaps(value as ModelSpec) };
  const diagnostics: Diagnostic[] = [];
  const choices = new Set((validate.errors ?? []).flatMap((e) => (e.keyword === "anyOf" ? [e.instancePath] : [])));
  for (const error of inOrder(validate.errors ?? [], source)) {
    if (error.keyword === "type" && choices.has(error.instancePath)) continue; // of the other choice, or said by anyOf
    const found = explain(error);
    if (found === undefined) continue;
    const { pointer = error.instancePath, kind = "value", replacement, misspelt, ...said } = found;
    const { line, column, ...range } = source.position(pointer, kind);
    const edits = replacementEdits(replacement, misspelt ?? pointer, misspelt === undefined ? kind : "key", source);
    diagnostics.push({ ...said, severity: "error", file: source.file, range, line, column, ...edits });
    if (diagnostics.length > MAX_MISTAKES) break;
  }
  const [first] = validate.errors ?? [];
  if (diagnostics.length === 0 && first !== undefined) {
    const { line, column, ...range } = source.position(first.instancePath);
    const message = `${label(first.instancePath)} ${first.message ?? "does not fit the schema"}`;
    diagnostics.push({
      code: "LC1103",
      severity: "error",
      file: source.file,
      range,
      line,
      column,
      message,
      fix: "see `npx lstm-compile schema`",
    });
  }
  return { diagnostics: firstMistakes(diagnostics) };
}

/** Errors as their values stand in the file. */
function inOrder(errors: readonly SchemaError[], source: LoadedSpec): SchemaError[] {
  const placed = errors.map((error) => ({ error, start: source.position(error.instancePath).start }));
  return placed.sort((a, b) => a.start - b.start).map(({ error }) => error);
}
