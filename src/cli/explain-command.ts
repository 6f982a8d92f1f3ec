import { analyze } from "../core/compile.ts";
import { describeOptions } from "../core/plan/describe.ts";
import { summarizeOptimizer } from "../core/plan/optimizer.ts";
import type { Plan } from "../core/plan/types.ts";
import { counted } from "../support/system/counted.ts";
import { printableMessage } from "../support/system/printable.ts";
import { noteNextRun, printDiagnostics } from "./console.ts";
import { readSpecs } from "./specs.ts";

/** Rates that the time estimate assumes: this project's measurements on two cores, batches of 32. */
const ASSUMED_FLOPS_PER_SECOND = { cpu: 40e9, wasm: 8e9 } as const;

/** Prints what a spec means and costs: a table, or the plan as JSON. */
export function explainCommand(spec: string, { json, quiet }: { json?: boolean; quiet?: boolean }): number {
  const file = readSpecs([spec])[0]!;
  if ("diagnostic" in file) {
    printDiagnostics([file.diagnostic], new Map(), { format: "text" });
    return 2;
  }
  const { diagnostics, plan } = analyze(file.bytes, { specPath: spec });
  printDiagnostics(diagnostics, new Map([[spec, file.text]]), { format: "text", quiet });
  if (plan === undefined) return 2;
  process.stdout.write(json === true ? `${JSON.stringify(explanation(plan), null, 2)}\n` : table(plan));
  noteNextRun(spec, { quiet });
  return 0;
}

function secondsPerEpoch(plan: Plan): Record<keyof typeof ASSUMED_FLOPS_PER_SECOND, number> | undefined {
  const samples = plan.dataset.trainSamples;
  if (samples === undefined) return undefined;
  const flops = plan.cost.trainingFlopsPerSample * samples;
  return { cpu: flops / ASSUMED_FLOPS_PER_SECOND.cpu, wasm: flops / ASSUMED_FLOPS_PER_SECOND.wasm };
}

function explanation(plan: Plan): object {
  return { ...plan, estimatedSecondsPerEpoch: secondsPerEpoch(plan) ?? null };
}

function table(plan: Plan): string {
  const number = (value: number): string => Math.round(value).toLocaleString("en-US");
  const rows = [
    ["layer", "type", "", "output", "parameters", "FLOPs/sample"],
    ["input", plan.dataset.type, "", `[${plan.dataset.inputs[0]!.shape.join(", ")}]`, "0", "0"],
    ...plan.layers.map((layer) => [
      layer.name,
      layer.type,
      describeOptions(layer),
      `[${layer.outputShape.join(", ")}]`,
      number(layer.parameterCount),
      number(layer.flopsPerSample),
    ]),
    ["total", "", "", "", number(plan.cost.parameterCount), number(plan.cost.flopsPerSample)],
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column >= 4 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  const { cost, optimizer, training } = plan;
  const bytes = (value: number): string =>
    value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e3).toFixed(1)} kB`;
  const time = secondsPerEpoch(plan);
  const seconds = (value: number): string => (value < 1 ? "under 1 s" : `about ${number(value)} s`);
  return [
    `${plan.name}${plan.description === "" ? "" : `: ${printableMessage(plan.description)}`}`,
    "",
    ...lines,
    "",
    `loss         ${training.loss.type}${training.metrics.length > 0 ? `; metrics ${training.metrics.map(({ name }) => name).join(", ")}` : ""}`,
    `optimizer    ${summarizeOptimizer(optimizer)}`,
    `training     ${counted(training.epochs, "epoch")}, batches of ${training.batchSize}, seed ${training.seed}`,
    `memory       weights ${bytes(cost.weightBytes)}, optimizer ${bytes(cost.optimizerBytes)}, activations of a batch ${bytes(cost.activationBytes)}`,
    `work         ${number(cost.trainingFlopsPerSample)} FLOPs to train one sample`,
    time === undefined
      ? "time         depends on the number of samples"
      : `time         ${seconds(time.cpu)} per epoch on cpu, ${seconds(time.wasm)} on wasm (two cores; machines differ)`,
    "",
  ].join("\n");
}
