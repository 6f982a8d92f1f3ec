import { existsSync } from "node:fs";
import { join } from "node:path";
import { analyze, COMPILER_VERSION, type Plan } from "../compile.ts";
import { loadCheckpoint, saveCheckpoint } from "../support/checkpoint.ts";
import { atomicWrite } from "../support/files.ts";
import { openRunDirectory } from "../support/run-directory.ts";
import { UserError } from "../support/user-error.ts";
import { note, printDiagnostics } from "./report.ts";
import { readSpecs } from "./specs.ts";

interface WeightsOptions {
  readonly run?: string;
  readonly output?: string;
}

/** Brings weights of a file into a run, or those of a run into a file. */
export async function weightsCommand(
  action: string,
  spec: string,
  path: string | undefined,
  options: WeightsOptions,
): Promise<number> {
  if (action !== "import" && action !== "export") {
    throw new UserError(`weights cannot ${action}`, { exitCode: 2, fix: "use `weights import` or `weights export`" });
  }
  const plan = planOf(spec);
  if (plan === undefined) return 2;
  const run = options.run ?? join("runs", plan.name);
  return action === "import" ? importWeights(plan, spec, path, run) : exportWeights(plan, path ?? options.output, run);
}

function planOf(spec: string): Plan | undefined {
  const file = readSpecs([spec])[0]!;
  if ("diagnostic" in file) {
    printDiagnostics([file.diagnostic], new Map(), { format: "text" });
    return undefined;
  }
  const { diagnostics, plan } = analyze(file.bytes, { specPath: spec });
  printDiagnostics(diagnostics, new Map([[spec, file.text]]), { format: "text", quiet: true });
  return plan;
}

async function importWeights(plan: Plan, spec: string, path: string | undefined, run: string): Promise<number> {
  if (path === undefined) {
    throw new UserError("weights import needs a file", {
      exitCode: 2,
      fix: "lstm-compile weights import spec.yaml model.keras --run runs/NAME",
    });
  }
  if (existsSync(join(run, "checkpoint"))) {
    throw new UserError(`${run} has a checkpoint already: nothing was changed`, {
      exitCode: 2,
      fix: "name another folder with --run",
    });
  }
  const { readWeightsFile } = await import("../keras/model-file.ts");
  const { initialCheckpoint, matchWeights } = await import("../keras/weights.ts");
  const file = await readWeightsFile(path);
  const weights = matchWeights(plan, file);
  for (const warning of file.warnings ?? []) note(`warning: ${warning}`);
  const directory = openRunDirectory(run, { resume: false });
  saveCheckpoint(directory.path, initialCheckpoint(plan, weights));
  directory.writeRun({
    name: plan.name,
    spec,
    specSha256: plan.specSha256,
    compiler: `lstm-compile ${COMPILER_VERSION}`,
    status: "imported",
    settings: { seed: plan.training.seed },
    data: { source: path },
  });
  const count = Object.keys(weights).length;
  note(`${path} → ${run}: ${count} weights, ${plan.cost.parameterCount.toLocaleString("en-US")} parameters`);
  note(`next: train.ts --resume --out ${run}, or predict.ts --run ${run}`);
  return 0;
}

async function exportWeights(plan: Plan, output: string | undefined, run: string): Promise<number> {
  const isArchive = output?.endsWith(".keras") === true;
  if (output === undefined || !(isArchive || output.endsWith(".weights.h5"))) {
    throw new UserError("weights export needs -o with a name that ends in .weights.h5 or .keras", {
      exitCode: 2,
      fix: `lstm-compile weights export spec.yaml --run ${run} -o ${plan.name}.keras`,
    });
  }
  const checkpoint = loadCheckpoint(run, { specSha256: plan.specSha256 });
  const { finalWeights } = await import("../keras/weights.ts");
  const { kerasArchive, kerasWarnings, kerasWeights } = await import("../keras/write-keras.ts");
  const weights = finalWeights(checkpoint);
  atomicWrite(output, isArchive ? await kerasArchive(plan, weights) : await kerasWeights(plan, weights));
  for (const warning of kerasWarnings(plan)) note(`warning: ${warning}`);
  note(`${run} → ${output}`);
  return 0;
}
