import type { Diagnostic } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import type { Graph } from "../layers/graph.ts";
import type { Source } from "../load/load.ts";
import type { DatasetInput, DatasetTargets } from "../spec/dataset.ts";
import type { ModelSpec } from "../spec/types.ts";

/** Adds a diagnostic at a JSON pointer of the spec. */
export type Report = (
  code: DiagnosticCode,
  pointer: string,
  message: string,
  fix: string,
  severity?: Diagnostic["severity"],
) => void;

/** What a rule looks at. */
export interface Checked {
  readonly spec: ModelSpec;
  readonly source: Source;
  readonly report: Report;
  readonly graph: Graph;
  readonly inputs: readonly DatasetInput[];
  readonly targets: DatasetTargets;
}

/** Rules by the sentence that each holds. */
export type Rules = Readonly<Record<string, (checked: Checked) => void>>;
