import type { Plan } from "../../plan/types.ts";
import type { CsvPlan } from "../../sources/csv.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { Imports } from "../imports.ts";
import { literal } from "../text.ts";
import {
  COMMAND_IMPORTS,
  CREATE,
  commandLineCode,
  example,
  FOOTER,
  MEMBERS,
  openRunCode,
  PREDICTOR_IMPORTS,
  type PredictFiles,
} from "./parts.ts";
import { forecastOf, forecastType, type Quantiles, quantilesConstant, severalQuantiles } from "./quantiles.ts";

/** What follows a series, in the units of the data. */
export function predictForecast(plan: Plan): PredictFiles {
  const quantiles = severalQuantiles(plan);
  return { predictor: predictor(plan.dataset as CsvPlan, quantiles), command: command(quantiles !== undefined) };
}

function predictor({ features, target }: Pick<CsvPlan, "features" | "target">, quantiles: Quantiles): string {
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": [
      "FEATURES",
      "type InputSamples",
      "readInputs",
      ...(quantiles === undefined ? [] : ["TARGETS"]),
      "TIMESTEPS",
    ],
    "./support/data/csv-scalers.ts": ["type CsvFitted", "parseCsvFitted"],
    "./support/data/splits.ts": ["inputsInMemory"],
    "./support/run/trained.ts": ["openTrainedRun", "type PredictorOptions", "requireFitted"],
    "./support/system/user-error.ts": ["UserError"],
  };
  return `${example([
    "const [forecast] = await predictor.predict([rows]); // rows: { column: value, … }, the oldest first",
  ])}${Imports.of(own).declarations()}

/** The columns that the model reads, in this order. */
export const COLUMNS = ${literal(features)} as const;
const TARGET = ${literal(target)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};
${quantilesConstant(quantiles)}
/** A time step, in the units of the data. */
export type Row = Readonly<Record<(typeof COLUMNS)[number], number>>;

${forecastType(quantiles)}

export interface Predictor {
${MEMBERS}
  /** What was fitted to the run's training rows. */
  readonly fitted: CsvFitted;
  /** A forecast for each window of at least TIMESTEPS rows, the oldest first; earlier rows make no difference. */
  predict(windows: readonly (readonly Row[])[]): Promise<Forecast[]>;
  /** The same of windows that data.ts has read and scaled. */
  predictSamples(samples: InputSamples): Promise<Forecast[]>;
}

${CREATE}
${openRunCode("tf.clone(forward(w, inputs).prediction)", ["fitted: saved"])}
  const fitted = parseCsvFitted(requireFitted(PROGRAM, saved, path), [TARGET, ...COLUMNS]);
  const { offset, scale } = fitted.scalers[TARGET]!;

  const predictSamples = async (samples: InputSamples): Promise<Forecast[]> => {
    const { count } = samples;
    const forecasts: Forecast[] = [];
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const batch = Math.min(BATCH_SIZE, count - start);
      const given = await readInputs(samples, Int32Array.from({ length: batch }, (_, k) => start + k));
      const output = run(given);
      const scaled = Array.from(requireFinite(await output.data<"float32">(), path));
      tf.dispose([given, output]);
      const values = requireFinite(scaled.map((value) => value * scale + offset), path);
      const size = values.length / batch;
      for (let b = 0; b < batch; b++) {
        const own = values.slice(b * size, (b + 1) * size);
        forecasts.push(${forecastOf(quantiles)});
      }
    }
    return forecasts;
  };
  return {
    run: path,
    fitted,
    predictSamples,
    async predict(windows) {
      const scaled = windows.map((rows, index) => lastRows(rows, index, fitted.scalers));
      const input = (indices: Int32Array): Float32Array => {
        const x = new Float32Array(TIMESTEPS * indices.length * FEATURES); // time-major
        for (const [b, index] of indices.entries()) {
          for (const [t, values] of scaled[index]!.entries()) x.set(values, (t * indices.length + b) * FEATURES);
        }
        return x;
      };
      return predictSamples(inputsInMemory({ count: scaled.length, inputs: { input } }));
    },
  };
}

/**
 * The last TIMESTEPS rows of a window, scaled.
 * @throws UserError where there are too few, or a value is no number that the model can read
 */
function lastRows(rows: readonly Row[], index: number, scalers: CsvFitted["scalers"]): number[][] {
  if (!Array.isArray(rows)) {
    throw new UserError(\`window \${index} is no list of rows\`, { exitCode: 2, fix: "give a list of windows: predict([rows])" });
  }
  if (rows.length < TIMESTEPS) {
    throw new UserError(\`window \${index} has \${rows.length} rows, but the model reads \${TIMESTEPS}\`, { exitCode: 2, fix: \`give the last \${TIMESTEPS} rows\` });
  }
  return rows.slice(-TIMESTEPS).map((row: Row, t) => {
    return COLUMNS.map((column) => {
      const { offset, scale } = scalers[column]!;
      const value = row[column];
      const scaled = Number.isFinite(value) ? (value - offset) / scale : Number.NaN;
      if (Number.isFinite(Math.fround(scaled))) return scaled;
      const place = \`row \${rows.length - TIMESTEPS + t} of window \${index}\`;
      const what = Number.isFinite(value) ? "beyond what the model can read" : "not a finite number";
      throw new UserError(\`\${place}: \${JSON.stringify(column)} is \${value}, \${what}\`, { exitCode: 2, fix: "give a number" });
    });
  });
}
`;
}

function command(quantiles: boolean): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["loadWindow"],
    "./predictor.ts": ["createPredictor", ...(quantiles ? ["QUANTILES"] : [])],
    "./support/system/options.ts": ["file", "folder", "readOptions", "usage"],
    "./support/run/program.ts": ["dataFolder"],
    "./support/system/shortest.ts": ["sevenDigits"],
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
${Imports.of(own).declarations()}

${commandLineCode({ summary: "Forecasts with a trained", options, excludes: [["data", "input"]] })}
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
