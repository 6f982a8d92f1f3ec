import { basename, dirname, join, resolve } from "node:path";
import { analyze, type Plan } from "../core/compile.ts";
import { planRecord } from "../core/emit/program.ts";
import { formatToWrite, writtenEndings } from "../core/formats/formats.ts";
import { sourceOf } from "../core/sources/sources.ts";
import { initialCheckpoint } from "../program/initial-checkpoint.ts";
import { MODEL_HOST, openModelFile } from "../program/model-files.ts";
import { loadCheckpoint, predictionWeights, saveCheckpoint } from "../support/run/checkpoint.ts";
import { openRun } from "../support/run/directory.ts";
import { trainedRun } from "../support/run/find-run.ts";
import { runsFolder } from "../support/run/folders.ts";
import { readRunInfo } from "../support/run/info.ts";
import { refuseOtherProgram } from "../support/run/program.ts";
import { writeOutput } from "../support/system/files.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { note, printDiagnostics } from "./console.ts";
import { readSpecs } from "./specs.ts";

interface WeightsOptions {
  readonly run?: string;
  readonly output?: string;
}

const NEW_RUN = { resume: false, overwrite: false, acceptChangedProgram: false, flag: "--run" };

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
  if (options.output !== undefined && (action === "import" || path !== undefined)) {
    const [message, fix] =
      action === "import"
        ? ["weights import takes no -o: it writes a run", "name the run's folder with --run"]
        : [`weights export writes one file, not ${path} and ${options.output}`, "name it once, with -o"];
    throw new UserError(message, { exitCode: 2, fix });
  }
  const plan = planOf(spec);
  if (plan === undefined) return 2;
  return action === "import"
    ? importWeights(plan, spec, path, options.run)
    : exportWeights(plan, spec, path ?? options.output, options.run);
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

async function importWeights(
  plan: Plan,
  spec: string,
  path: string | undefined,
  out: string | undefined,
): Promise<number> {
  if (path === undefined) {
    throw new UserError("weights import needs a file", {
      exitCode: 2,
      fix: "npx lstm-compile weights import spec.yaml model.keras --run runs/NAME",
    });
  }
  const stored = await (await openModelFile(path)).weights();
  const weights = stored.match(plan);
  for (const warning of stored.warnings) note(`warning: ${warning}`);
  const record = planRecord(plan, spec, resolve("generated", plan.name));
  const directory = openRun(record, { ...NEW_RUN, out }, note);
  try {
    directory.begin({
      name: plan.name,
      spec,
      specSha256: plan.specSha256,
      compiler: record.compiler,
      settings: { seed: plan.training.seed },
      data: { source: path },
    });
    saveCheckpoint(directory.path, { ...initialCheckpoint(plan, weights), definition: record.definition });
    directory.update({ status: "imported" });
  } finally {
    directory.close();
  }
  const count = Object.keys(weights).length;
  const run = directory.path;
  note(`${path} → ${run}: ${count} weights, ${plan.cost.parameterCount.toLocaleString("en-US")} parameters`);
  const train = compilerCommand("run", spec, "--", "--resume", "--out", run);
  // Scalers and vocabularies are fitted when it is trained.
  const predicts = !sourceOf(plan.dataset).fits;
  const predict = `${compilerCommand(spec)} && ${compilerCommand("predict", run, "--", "--help")}`;
  note(`next: ${train}${predicts ? `, or ${predict}` : ""}`);
  return 0;
}

async function exportWeights(
  plan: Plan,
  spec: string,
  output: string | undefined,
  folder: string | undefined,
): Promise<number> {
  const format = output === undefined ? undefined : formatToWrite(basename(output));
  if (output === undefined || format === undefined) {
    throw new UserError(`weights export needs -o with a name that ends in ${writtenEndings()}`, {
      exitCode: 2,
      fix: compilerCommand("weights", "export", spec, "-o", `${plan.name}.keras`),
    });
  }
  const run = trainedRun(folder ?? runsFolder(plan.name));
  const record = planRecord(plan, spec, ".");
  refuseOtherProgram({ path: run, program: readRunInfo(run)?.program }, record, {
    resume: false,
    acceptChangedProgram: true, // the weights are what they are, whatever code trained them
  });
  const checkpoint = loadCheckpoint(run);
  const weights = predictionWeights(checkpoint);
  const trained = { plan, weights, fitted: checkpoint.fitted, generatedBy: record.compiler };
  const files = await format.write.files(trained, basename(output), MODEL_HOST);
  for (const [name, bytes] of files) writeOutput(join(dirname(output), name), bytes);
  for (const warning of format.limits(plan)) note(`warning: ${warning}`);
  note(`${run} → ${output}`);
  return 0;
}
