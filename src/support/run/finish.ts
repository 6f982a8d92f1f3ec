import type { Json } from "../system/json.ts";
import { type LayersTopology, writeLayersModel } from "./layers-model.ts";
import { type EpochMetrics, testLine } from "./metrics.ts";
import { predictionCommand } from "./next-command.ts";
import { type ReportContents, renderReport } from "./report.ts";
import type { Session } from "./session.ts";
import { readTensors, type Variables } from "./tensors.ts";

/** What a run ends with, beside what the session knows. */
export interface Finished {
  readonly description: string;
  readonly layers: ReportContents["layers"];
  readonly topology: LayersTopology;
  readonly weights: Variables;
  readonly data: { readonly source: string; readonly fitted?: Json };
  readonly backend: { readonly name: string; readonly device: string };
  readonly seed: number;
  /** Of the last epoch. */
  readonly metrics: EpochMetrics | undefined;
  /** Loss and metrics on the test samples, and whether these are the validation samples. */
  readonly test: NonNullable<ReportContents["test"]>;
  /** How the validation samples were chosen. */
  readonly validation: string;
  /** Sections that only some reports have. */
  readonly confusion?: ReportContents["confusion"];
  readonly forecast?: ReportContents["forecast"];
  /** What else is to be told. */
  readonly lines?: readonly string[];
  /** Arguments of predict.ts to try it with. */
  readonly example: readonly string[];
}

/** Exports the model, writes the report, and says in run.json that the training has finished. */
export async function finishRun(session: Session, finished: Finished): Promise<void> {
  const { program, run, note } = session;
  const { topology, data, backend, metrics, test, confusion, forecast } = finished;
  const values = await readTensors(finished.weights);
  writeLayersModel(run.modelPath, topology, values, { generatedBy: program.compiler, fitted: data.fitted });
  for (const warning of topology.warnings) note(`model: ${warning}`);
  const errors = forecast === undefined ? {} : { forecast: forecast.errors };
  run.update({ status: "finished", metrics, test: test.metrics, ...errors });
  run.writeReport(
    renderReport({
      title: program.name,
      description: finished.description,
      layers: finished.layers,
      metrics: run.metrics.read(),
      test,
      ...(confusion === undefined ? {} : { confusion }),
      ...(forecast === undefined ? {} : { forecast }),
      summary: {
        Spec: `${program.spec} (SHA-256 ${program.specSha256})`,
        Compiler: program.compiler,
        Backend: `${backend.name}: ${backend.device}`,
        Data: data.source,
        Validation: finished.validation,
        Seed: String(finished.seed),
      },
    }),
  );
  note(testLine(test.metrics, test));
  for (const line of finished.lines ?? []) note(line);
  note(`model, metrics and report: ${run.path}`);
  note(`next: ${predictionCommand(program, run.path, finished.example)}`);
}
