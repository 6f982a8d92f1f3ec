import type { Plan } from "../../plan/types.ts";
import type { TablePlan } from "../../sources/table.ts";
import { INFERENCE_BATCH_SIZE } from "../context.ts";
import { Imports } from "../imports.ts";
import { dataLiteral, literal } from "../text.ts";
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

/** What follows each of several series, in the units of the data. */
export function predictForecasts(plan: Plan): PredictFiles {
  const quantiles = severalQuantiles(plan);
  const table = plan.dataset as TablePlan;
  return { predictor: predictor(table, quantiles), command: command(table, quantiles) };
}

function predictor({ target, features, columns, series, scalePer }: TablePlan, quantiles: Quantiles): string {
  const own = {
    ...PREDICTOR_IMPORTS,
    "./data.ts": ["type InputSamples", "readInputs", ...(quantiles === undefined ? [] : ["TARGETS"]), "TIMESTEPS"],
    "./support/table/fitted.ts": ["type FittedTable", "parseFittedTable"],
    "./support/table/rows.ts": ["rowSamples"],
    "./support/table/scalers.ts": ["type TableScaler", "unscaled"],
    "./support/run/trained.ts": ["openTrainedRun", "type PredictorOptions", "requireFitted"],
  };
  const read = features.map((name) => ({ name, missing: columns.find((one) => one.name === name)!.missing }));
  const canLack = read.some(({ missing }) => missing === "mean" || missing === "indicator");
  const isPerSeries = scalePer === "series";
  return `${example([
    isPerSeries
      ? `const [forecast] = await predictor.predict([{ series: [${series.map(() => '"…"').join(", ")}], rows }]); // the oldest row first`
      : "const [forecast] = await predictor.predict([rows]); // rows: { column: value, … }, the oldest first",
  ])}${Imports.of(own).declarations()}

/** The columns that the model reads, in this order, and what it does where a value is missing. */
const FEATURES_READ = [
${read.map(({ name, missing }) => `  { name: ${literal(name)}, missing: ${literal(missing)} },`).join("\n")}
] as const;
const TARGET = ${literal(target)};
const BATCH_SIZE = ${INFERENCE_BATCH_SIZE};
${quantilesConstant(quantiles)}
/** A time step, in the units of the data${canLack ? "; null where a value is missing that may be" : ""}. */
export type Row = Readonly<Record<(typeof FEATURES_READ)[number]["name"], number${canLack ? " | null" : ""}>>;

/** At least TIMESTEPS rows${isPerSeries ? " of a series" : ""}, the oldest first; earlier ones make no difference. */
${
  isPerSeries
    ? `export interface Window {\n  /** The values of ${series.map((name) => literal(name)).join(", ")}. */\n  readonly series: readonly string[];\n  readonly rows: readonly Row[];\n}`
    : "export type Window = readonly Row[];"
}

${forecastType(quantiles)}

export interface Predictor {
${MEMBERS}
  /** What was fitted to the run's training rows. */
  readonly fitted: FittedTable;
  /** A forecast for each window. */
  predict(windows: readonly Window[]): Promise<Forecast[]>;
  /** The same of windows that data.ts has read and scaled, each with the scaler of its target. */
  predictSamples(samples: InputSamples, scalers: readonly TableScaler[]): Promise<Forecast[]>;
}

${CREATE}
${openRunCode("tf.clone(forward(w, inputs).prediction)", ["fitted: saved"])}
  const names = FEATURES_READ.map(({ name }) => name);
  const fitted = parseFittedTable(requireFitted(PROGRAM, saved, path), [TARGET, ...names]);

  const predictSamples = async (samples: InputSamples, scalers: readonly TableScaler[]): Promise<Forecast[]> => {
    const { count } = samples;
    const forecasts: Forecast[] = [];
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const batch = Math.min(BATCH_SIZE, count - start);
      const given = await readInputs(samples, Int32Array.from({ length: batch }, (_, k) => start + k));
      const output = run(given);
      const scaled = Array.from(requireFinite(await output.data<"float32">(), path));
      tf.dispose([given, output]);
      const size = scaled.length / batch;
      for (let b = 0; b < batch; b++) {
        const window = unscaled(scaled.slice(b * size, (b + 1) * size), scalers[start + b]!);
        const own = Array.from(requireFinite(window, path));
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
      const options = { target: TARGET, features: FEATURES_READ, lookback: TIMESTEPS };
      const { samples, scalers } = rowSamples(${isPerSeries ? "windows" : "windows.map((rows) => ({ series: [], rows }))"}, options, fitted);
      return predictSamples(samples, scalers);
    },
  };
}
`;
}

function command({ series, target, time }: TablePlan, quantiles: Quantiles): string {
  const own = {
    ...COMMAND_IMPORTS,
    "./data.ts": ["loadWindow"],
    "./predictor.ts": ["createPredictor", ...(quantiles === undefined ? [] : ["QUANTILES"])],
    "./support/system/options.ts": [
      "file",
      "flag",
      "folder",
      "readOptions",
      ...(series.length === 0 ? [] : ["text"]),
      "usage",
    ],
    "./support/run/program.ts": ["dataFolder"],
    "./support/table/output.ts": ["forecastCsv", "forecastJson", "forecastText"],
  };
  const options = [
    `data: folder("folder with the spec's files, whose last rows are read (default: that of the spec)"),`,
    `input: file("read the last rows of this file instead"),`,
    ...(series.length === 0 ? [] : [`series: text("NAME", "this series alone (default: each)"),`]),
    `csv: flag("print CSV with a header"),`,
  ];
  const which = ["file: options.input", ...(series.length === 0 ? [] : ["series: options.series"])].join(", ");
  const values = quantiles === undefined ? [target] : quantiles.map((quantile) => `${target} ${quantile}`);
  return `//
// Forecasts what follows the end of ${series.length === 0 ? "the" : "each"} series, in the units of the data, with the weights of a run:
//
//   predict.ts [options]
//
// \`--help\` lists the options.
${Imports.of(own).declarations()}

/** The header of the CSV. */
const COLUMNS = ${`{ series: ${dataLiteral(series)}, time: ${literal(time?.column ?? "step")}, values: ${dataLiteral(values)} }`};

${commandLineCode({
  summary: "Forecasts with a trained",
  options,
  excludes: [
    ["data", "input"],
    ["json", "csv"],
  ],
})}
  const predictor = await createPredictor(options);
  say(\`weights: \${predictor.run}\`);
  const directory = options.data ?? dataFolder(PROGRAM);
  const window = await loadWindow(directory, predictor.fitted, say, { ${which} });
  const forecasts = await predictor.predictSamples(window.future, window.series.map(({ targetScaler }) => targetScaler));
  const text = options.json
    ? forecastJson(window, forecasts${quantiles === undefined ? "" : ", QUANTILES"})
    : options.csv
      ? forecastCsv(window, forecasts, COLUMNS)
      : forecastText(window, forecasts);
  process.stdout.write(text);
  return 0;
}
${FOOTER}`;
}
