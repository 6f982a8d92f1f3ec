import type { Diagnostic } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import type { Change } from "../edits.ts";
import type { Draft } from "../plan/draft.ts";
import type { DatasetInput, DatasetTargets } from "../spec/dataset.ts";

/** Adds a diagnostic at a JSON pointer of the spec. `changes`: what the fix says, where it is certain. */
export type Report = (
  code: DiagnosticCode,
  pointer: string,
  message: string,
  fix: string,
  severity?: Diagnostic["severity"],
  changes?: readonly Change[],
) => void;

/** What a rule looks at: the draft of the plan, which knows what the spec means; `spec` and `source` for what was written. */
export interface Checked extends Draft {
  readonly report: Report;
  readonly inputs: readonly DatasetInput[];
  readonly targets: DatasetTargets;
}

/** Rules by the sentence that each holds. */
export type Rules = Readonly<Record<string, (checked: Checked) => void>>;
