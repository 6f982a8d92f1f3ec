import type { Plan } from "../../plan/types.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { literal } from "../text.ts";
import {
  COMMAND_IMPORTS,
  CREATE,
  commandLine,
  example,
  FOOTER,
  imports,
  MEMBERS,
  openRun,
  PREDICTOR_IMPORTS,
  type PredictFiles,
} from "./parts.ts";

/** What follows a series, in the units of the data. */
export function forecast(plan: Plan): PredictFiles {
  if (plan.dataset.type !== "csv") throw new Error(`a forecast of ${plan.dataset.type}`);
  const { loss } = plan.training;
  const quantiles = loss.type === "quantile" && loss.quantiles.length > 1 ? loss.quantiles : undefined;
  return { predictor: predictor(plan.dataset, quantiles), command: command(quantiles !== undefined) };
}

function predictor(
  { features, target }: { readonly features: readonly string[]; readonly target: string },
  quantiles: readonly number[] | undefined,
): string {
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": [
      "FEATURES",
      "readInputs",
      "type Samples",
      ...(quantiles === undefined ? [] : ["TARGETS"]),
      "TIMESTEPS",
    ],
    "./support/data/csv-scalers.ts": ["type CsvFitted", "parseCsvFitted"],
    "./support/run/trained.ts": ["openTrainedRun", "type PredictorOptions", "requireFitted"],
    "./support/user-error.ts": ["UserError"],
  };
  return `${example([
    "const [forecast] = await predictor.predict([rows]); // rows: { column: value, … }, the oldest first",
  ])}${imports(own)}

/** The columns that the model reads, in this order. */
export const COLUMNS = ${literal(features)} as const;
const TARGET = ${literal(target)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};
${quantiles === undefined ? "" : `/** Of each step of a forecast. */\nexport const QUANTILES = ${literal(quantiles)} as const;\n`}
/** A time step, in the units of the data. */
export type Row = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** The values of the next steps, in the units of the data${quantiles === undefined ? "" : ": QUANTILES of each"}. */
export type Forecast = readonly ${quantiles === undefined ? "number" : "(readonly number[])"}[];

export interface Predictor {
${MEMBERS}
  /** What was fitted to the run's training rows. */
  readonly fitted: CsvFitted;
  /** A forecast for each window of at least TIMESTEPS rows, the oldest first; earlier rows make no difference. */
  predict(windows: readonly (readonly Row[])[]): Promise<Forecast[]>;
  /** The same of windows that data.ts has read and scaled. */
  predictSamples(samples: Pick<Samples, "count" | "inputs">): Promise<Forecast[]>;
}

${CREATE}
${openRun("tf.clone(forward(w, inputs).prediction)", ["fitted: saved"])}
  const fitted = parseCsvFitted(requireFitted(saved, path), [TARGET, ...COLUMNS]);
  const { offset, scale } = fitted.scalers[TARGET]!;

  const predictSamples = async ({ count, inputs }: Pick<Samples, "count" | "inputs">): Promise<Forecast[]> => {
    const forecasts: Forecast[] = [];
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const batch = Math.min(BATCH_SIZE, count - start);
      const given = readInputs({ inputs }, Int32Array.from({ length: batch }, (_, k) => start + k));
      const output = run(given);
      const scaled = Array.from(requireFinite(await output.data<"float32">(), path));
      tf.dispose([given, output]);
      const values = requireFinite(scaled.map((value) => value * scale + offset), path);
      const size = values.length / batch;
      for (let b = 0; b < batch; b++) {
        const own = values.slice(b * size, (b + 1) * size);
        forecasts.push(${quantiles === undefined ? "own" : "Array.from({ length: TARGETS }, (_, step) => own.slice(step * QUANTILES.length, (step + 1) * QUANTILES.length))"});
      }
    }
    return forecasts;
  };
  return {
    run: path,
    fitted,
    predictSamples,
    predict(windows) {
      const rows = windows.map(lastRows);
      const input = (indices: Int32Array): Float32Array => {
        const x = new Float32Array(TIMESTEPS * indices.length * FEATURES); // time-major
        for (const [b, index] of indices.entries()) {
          for (const [t, row] of rows[index]!.entries()) {
            for (const [f, column] of COLUMNS.entries()) {
              const scaler = fitted.scalers[column]!;
              x[(t * indices.length + b) * FEATURES + f] = (row[column] - scaler.offset) / scaler.scale;
            }
          }
        }
        return x;
      };
      return predictSamples({ count: rows.length, inputs: { input } });
    },
  };
}

/** @throws UserError where there are too few rows, or a value is no finite number */
function lastRows(rows: readonly Row[], index: number): readonly Row[] {
  if (rows.length < TIMESTEPS) {
    throw new UserError(\`window \${index} has \${rows.length} rows, but the model reads \${TIMESTEPS}\`, { exitCode: 2, fix: \`give the last \${TIMESTEPS} rows\` });
  }
  const last = rows.slice(-TIMESTEPS);
  for (const [t, row] of last.entries()) {
    for (const column of COLUMNS) {
      if (Number.isFinite(row[column])) continue;
      const place = \`row \${rows.length - TIMESTEPS + t} of window \${index}\`;
      throw new UserError(\`\${place}: \${JSON.stringify(column)} is \${row[column]}, not a finite number\`, { exitCode: 2, fix: "give a number" });
    }
  }
  return last;
}
`;
}

function command(quantiles: boolean): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["loadWindow"],
    "./predictor.ts": ["createPredictor", ...(quantiles ? ["QUANTILES"] : [])],
    "./support/options.ts": ["file", "folder", "readOptions", "usage"],
    "./support/run/program.ts": ["dataFolder"],
    "./support/shortest.ts": ["sevenDigits"],
  };
  const options = [
    `data: folder("folder with the spec's file, whose last rows are read (default: that of the spec)"),`,
    `input: file("read the last rows of this file instead", "FILE.csv"),`,
  ];
  return `//
// Forecasts what follows the end of the series, in the units of the data, with the weights of a run:
//
//   predict.ts [options]
//
// \`--help\` lists the options.
${imports(own)}

${commandLine("Forecasts with a trained", options)}
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);
  const directory = options.data ?? dataFolder(PROGRAM);
  const { future, forecastTimes: times } = loadWindow(directory, predictor.fitted, options.input, say);
  const [forecast] = await predictor.predictSamples(future);
  if (options.json) {
    process.stdout.write(\`\${JSON.stringify({ ${quantiles ? "quantiles: QUANTILES, " : ""}...(times === undefined ? {} : { times }), forecast })}\\n\`);
    return 0;
  }
  for (const [step, ${quantiles ? "row" : "value"}] of forecast!.entries()) {
    process.stdout.write(\`\${times?.[step] ?? \`+\${step + 1}\`}: \${${quantiles ? 'row.map(sevenDigits).join(" ")' : "sevenDigits(value)"}}\\n\`);
  }
  return 0;
}
${FOOTER}`;
}
