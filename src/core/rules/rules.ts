import type { Diagnostic } from "../diagnostic.ts";
import { editsOf } from "../edits.ts";
import type { Draft } from "../plan/draft.ts";
import { ACTIVATION_RULES } from "./activation-rules.ts";
import { LAYER_RULES } from "./layer-rules.ts";
import { METRIC_RULES } from "./metric-rules.ts";
import { NAME_RULES } from "./name-rules.ts";
import { OPTIMIZER_RULES } from "./optimizer-rules.ts";
import type { Report, Rules } from "./rule.ts";
import { SOURCE_RULES } from "./source-rules.ts";
import { TRAINING_RULES } from "./training-rules.ts";
import { WEIGHT_RULES } from "./weight-rules.ts";

/** What the schema cannot say. Each rule is named by the sentence that it holds. */
const RULES: Rules = {
  ...OPTIMIZER_RULES,
  ...LAYER_RULES,
  ...TRAINING_RULES,
  ...METRIC_RULES,
  ...ACTIVATION_RULES,
  ...NAME_RULES,
  ...SOURCE_RULES,
  ...WEIGHT_RULES,
};

export function checkRules(draft: Draft): Diagnostic[] {
  const { source, dataset } = draft;
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, pointer, message, fix, severity = "error", changes = []) => {
    const { line, column, ...range } = source.position(pointer);
    const edits = editsOf(changes, source);
    diagnostics.push({ code, severity, file: source.file, range, line, column, message, fix, ...(edits && { edits }) });
  };
  for (const rule of Object.values(RULES)) rule({ ...draft, report, inputs: dataset.inputs, targets: dataset.targets });
  return diagnostics;
}
