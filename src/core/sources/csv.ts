import { literal, objectLiteral } from "../literal.ts";
import type { DatasetPlanBase } from "../plan/types.ts";
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

export const csv = defineSource({
  type: "csv",
  task: "forecast",
  reads: "files",
  fileKeys: ["path"],
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
