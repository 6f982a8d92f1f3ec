import { literal, objectLiteral } from "../literal.ts";
import type { DatasetPlanBase } from "../plan/types.ts";
import { choice, count, type OptionSchema, withDefault } from "../schema/options.ts";
import { filesUnder } from "./files.ts";
import { dataFileSchema, shareSchema, timestepsSchema, validationSchema } from "./schema.ts";
import { defineSource } from "./source.ts";
import { validationOption } from "./validation.ts";

export interface CsvPlan {
  readonly type: "csv";
  readonly path: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly testFraction: number;
  readonly scaling: "standard" | "minMax" | "none";
  readonly time: string | undefined;
  readonly timeFormat: "dayFirst" | "monthFirst" | undefined;
  readonly order: "check" | "sort" | "asIs";
  readonly season: number | undefined;
}

const COLUMN = { type: "string", minLength: 1, maxLength: 200 };

function column(description: string, example: string): OptionSchema {
  return withDefault({ description, ...COLUMN }, undefined, [example]);
}

export const csv = defineSource({
  type: "csv",
  schema: {
    description:
      "A time series in a CSV file with a header row, cut into windows; the test part is the end of the series.",
    required: ["path", "target", "lookback"],
    options: {
      path: dataFileSchema("airline.csv"),
      target: column("Column to forecast.", "passengers"),
      features: {
        description: "Columns that the model reads. Default: the target alone.",
        type: "array",
        minItems: 1,
        maxItems: 1000,
        items: COLUMN,
        uniqueItems: true,
        examples: [["passengers"]],
      },
      lookback: timestepsSchema("Rows that the model reads before it forecasts.", 12),
      horizon: timestepsSchema("Rows that it forecasts.", 1, { most: 10_000, fallback: 1 }),
      testFraction: shareSchema("Share of the rows, at the end, kept for testing.", 0.2),
      validation: validationSchema("a share of the rows before the test part, at their end; or `test`, the test part"),
      scaling: choice(
        "How columns are scaled, fitted on the training part only.",
        ["standard", "minMax", "none"],
        "standard",
      ),
      time: column(
        "Column of the rows' times: dates, timestamps, months, quarters, years, seconds since 1970 or numbers that count the rows. Forecasts are dated by it. Default: the rows have no times.",
        "month",
      ),
      timeFormat: choice(
        "Whether the day or the month comes first in dates such as 01/02/2024, where no date of the column tells. Default: such a file is refused.",
        ["dayFirst", "monthFirst"],
        undefined,
      ),
      order: choice(
        "What happens to rows that are not in order of time: `check` refuses them, `sort` sorts by `time`, `asIs` takes the rows as they stand and looks at no times.",
        ["check", "sort", "asIs"],
        "check",
        "sort",
      ),
      season: count(
        "Rows of one season, for the seasonal naive forecast that the model is compared with. Default: by the frequency of the times, such as 12 for months.",
        [12],
        { least: 2, most: 100_000, unit: "rows" },
      ),
    },
  },
  task: "forecast",
  reads: "files",
  heldOut: "last",
  fits: true,
  packages: {},
  described: "windows of a time series in a CSV file; the test part is the end of the series",
  loader: { name: "loadCsv", module: "./support/data/csv.ts", type: "CsvDataset" },
  data: {
    imports: () => ({ "./support/data/csv.ts": ["readCsvWindow", "type CsvOptions", "type CsvWindow"] }),
    options: () => "seriesOptions(directory, log)",
    before: seriesOptions,
    after: () => LOAD_WINDOW,
    inputsAlone: true,
  },
  files: (dataset) => filesUnder(dataset, ["path"]),
  inputs: ({ lookback, features }) => [
    { name: "input", shape: [lookback, features?.length ?? 1], kind: "floats", vocabularySize: undefined },
  ],
  targets: ({ horizon }) => ({ kind: "numbers", classes: undefined, shape: [horizon!], perTimestep: false }),
  plan: ({ path, target, features, testFraction, scaling, time, timeFormat, order, season }) => ({
    path,
    target,
    features: features ?? [target],
    testFraction: testFraction!,
    scaling: scaling!,
    time,
    timeFormat,
    order: order!,
    season,
  }),
  isCentred: ({ scaling }) => scaling === "standard",
  scalesTargets: ({ scaling }) => scaling !== "none",
  rules: {
    "what is said of times has an effect": ({ time, timeFormat, order }, { report }) => {
      if (time === undefined) {
        const fix = "add `time: month`, or whatever the column of times is called";
        if (order === "sort") report("LC1260", "/dataset/order", "rows are sorted by `time`, which is missing", fix);
        if (timeFormat === undefined) return;
        report("LC1260", "/dataset/timeFormat", "`timeFormat` is of the column `time`, which is missing", fix);
      } else if (order === "asIs") {
        const message = "with `order: asIs` nobody looks at times";
        report("LC1260", "/dataset/time", message, "remove `time`, or use `order: check` or `sort`");
      }
    },
    "times are not forecast": ({ time, target }, { report }) => {
      if (time !== target) return;
      const message = "the column of times is the target as well";
      report("LC1261", "/dataset/time", message, "name the column that has the rows' times");
    },
  },
});

/** How the file is read, to train and to forecast. */
function seriesOptions(dataset: CsvPlan & DatasetPlanBase): string {
  const options = objectLiteral(
    [
      `file: dataFile(directory, ${literal(dataset.path)})`,
      `target: ${literal(dataset.target)}`,
      `features: ${literal(dataset.features)}`,
      "lookback: TIMESTEPS",
      "horizon: TARGETS",
      `testFraction: ${literal(dataset.testFraction)}`,
      validationOption(dataset.validation),
      `scaling: ${literal(dataset.scaling)}`,
      ...(dataset.time === undefined ? [] : [`time: ${literal(dataset.time)}`]),
      ...(dataset.timeFormat === undefined ? [] : [`timeFormat: ${literal(dataset.timeFormat)}`]),
      `order: ${literal(dataset.order)}`,
      ...(dataset.season === undefined ? [] : [`season: ${literal(dataset.season)}`]),
      "note",
    ],
    "",
  );
  return `/** What is read of the series, to train and to forecast. */\nconst seriesOptions = (directory: string | undefined, note?: (line: string) => void): CsvOptions => (${options});`;
}

const LOAD_WINDOW = [
  "/** The last rows of the series, to forecast what follows; scaled by what the run has fitted. `file` instead of the spec's. */",
  "export function loadWindow(",
  "  directory: string | undefined,",
  "  fitted: unknown,",
  "  file?: string,",
  "  log?: (line: string) => void,",
  "): CsvWindow {",
  "  return readCsvWindow(seriesOptions(directory, log), fitted, file);",
  "}",
  "",
].join("\n");
