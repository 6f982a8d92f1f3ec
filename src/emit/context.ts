import type { Plan } from "../plan/types.ts";

/** What every emitted file may need to know. */
export interface EmitContext {
  readonly plan: Plan;
  /** The spec's path relative to the generated folder, posix. */
  readonly specPath: string;
}

/** "mnist-lstm.yaml:12": how comments in the generated code point at the spec. */
export function specLine({ specPath }: EmitContext, line: number): string {
  return `${specPath.slice(specPath.lastIndexOf("/") + 1)}:${line}`;
}
