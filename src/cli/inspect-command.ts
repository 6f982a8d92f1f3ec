import { dirname } from "node:path";
import { analyze } from "../core/compile.ts";
import { describeInspection, inspectTable } from "../program/inspect.ts";
import { UserError } from "../support/system/user-error.ts";
import { printDiagnostics } from "./console.ts";
import { readSpecs } from "./specs.ts";

/** Prints what is found in the data of a spec, for people or as JSON. */
export async function inspectCommand(spec: string, options: { json?: boolean; data?: string }): Promise<number> {
  const file = readSpecs([spec])[0]!;
  if ("diagnostic" in file) {
    printDiagnostics([file.diagnostic], new Map(), { format: "text" });
    return 2;
  }
  const { diagnostics, plan } = analyze(file.bytes, { specPath: spec });
  printDiagnostics(diagnostics, new Map([[spec, file.text]]), { format: "text" });
  if (plan === undefined) return 2;
  const { dataset } = plan;
  if (dataset.type !== "table") {
    throw new UserError(`${spec}: the dataset is ${dataset.type}, and inspect looks at tables`, {
      exitCode: 2,
      fix: "inspect a spec whose dataset has `type: table`",
    });
  }
  const inspection = await inspectTable(dataset, options.data ?? dirname(spec));
  process.stdout.write(
    options.json === true ? `${JSON.stringify(inspection, null, 2)}\n` : describeInspection(inspection),
  );
  return inspection.problems.some(({ severity }) => severity === "error") ? 1 : 0;
}
