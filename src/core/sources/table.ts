import type { ColumnRule, TimeRule } from "../../support/table/prepare-options.ts";
import type { TableScaling } from "../../support/table/scalers.ts";
import type { TableFormat, TableInput } from "../../support/table/table.ts";
import { dataLiteral, literal, objectLiteral } from "../literal.ts";
import type { DatasetPlanBase } from "../plan/types.ts";
import type { TableSource } from "../spec/types.ts";
import { defineSource } from "./source.ts";
import { parseFrequency } from "./table-frequency.ts";
import { TABLE_RULES } from "./table-rules.ts";
import { TABLE_SCHEMA } from "./table-schema.ts";
import { validationOption } from "./validation.ts";

export interface TablePlan {
  readonly type: "table";
  readonly path: readonly string[];
  readonly format: TableFormat;
  /** A list, since any text may be the name of a column. */
  readonly select: readonly { readonly name: string; readonly sql: string }[];
  readonly where: string | undefined;
  readonly orderBy: string | undefined;
  readonly layout: "long" | "wide";
  readonly time: TimeRule | undefined;
  /** The rows are in order as they stand, whatever times they have. */
  readonly order: "asIs" | undefined;
  readonly series: readonly string[];
  readonly target: string;
  readonly features: readonly string[];
  /** Of the target and the features. */
  readonly columns: readonly (ColumnRule & { readonly scaling: TableScaling })[];
  readonly rows: number | undefined;
  readonly sha256: readonly string[] | undefined;
  readonly testFraction: number | undefined;
  readonly testRows: number | undefined;
  readonly gap: number;
  readonly splitBy: "time" | "series";
  /** Draws the series of each part. */
  readonly seed: number | undefined;
  readonly scalePer: "all" | "series";
  readonly season: number | undefined;
}

export const table = defineSource({
  type: "table",
  schema: TABLE_SCHEMA,
  task: "forecast",
  reads: "files",
  heldOut: ({ splitBy }) => (splitBy === "series" ? "drawn" : "last"),
  fits: true,
  severalSeries: true,
  packages: { "@duckdb/node-api": "1.5.6-r.1" },
  described: "windows of time series in a table",
  loader: { name: "loadTable", module: "./support/table/load.ts", type: "TableDataset" },
  data: {
    imports: () => ({
      "./support/table/load.ts": ["type TableOptions"],
      "./support/table/load-window.ts": ["readTableWindow", "type TableWindow"],
    }),
    options: () => "tableOptions(directory, log)",
    before: tableOptions,
    after: () => LOAD_WINDOW,
    inputsAlone: true,
  },
  files: ({ path }) =>
    typeof path === "string" ? [["/path", path]] : path.map((file, index) => [`/path/${index}`, file]),
  inputs: ({ lookback, target, features = [target], ...dataset }) => {
    const indicated = features.filter((name) => columnOf(name, dataset).missing === "indicator");
    const width = features.length + indicated.length;
    return [{ name: "input", shape: [lookback, width], kind: "floats", vocabularySize: undefined }];
  },
  targets: ({ horizon }) => ({ kind: "numbers", classes: undefined, shape: [horizon!], perTimestep: false }),
  plan: (dataset, { seed }) => {
    const { target, features = [target] } = dataset;
    return {
      path: listOf(dataset.path),
      format: formatOf(dataset),
      select: Object.entries(dataset.select ?? {}).map(([name, sql]) => ({ name, sql })),
      where: dataset.where,
      orderBy: dataset.orderBy,
      layout: dataset.layout!,
      time: timeOf(dataset),
      order: dataset.order === "asIs" ? dataset.order : undefined,
      series: listOf(dataset.series ?? []),
      target,
      features,
      columns: [...new Set([target, ...features])].map((name) => columnOf(name, dataset)),
      rows: dataset.rows,
      sha256: dataset.sha256 === undefined ? undefined : listOf(dataset.sha256).map((hash) => hash.toLowerCase()),
      testFraction: dataset.testRows === undefined ? dataset.testFraction! : undefined,
      testRows: dataset.testRows,
      gap: dataset.gap!,
      splitBy: dataset.splitBy!,
      seed: dataset.splitBy === "series" ? seed : undefined,
      scalePer: dataset.scalePer!,
      season: dataset.season,
    };
  },
  isCentred: ({ target, ...dataset }) => columnOf(target, dataset).scaling === "standard",
  scalesTargets: ({ target, columns, scalePer }) => {
    const { scaling } = columns.find(({ name }) => name === target)!;
    return scaling !== "none" && scaling !== "log" && scalePer === "all";
  },
  rules: TABLE_RULES,
});

function listOf(given: string | readonly string[]): readonly string[] {
  return typeof given === "string" ? [given] : given;
}

/** What is asked of a column, with what the dataset says of all. */
function columnOf(
  name: string,
  { columns = {}, whenMissing, scaling }: Pick<TableSource, "columns" | "whenMissing" | "scaling">,
): TablePlan["columns"][number] {
  const own = Object.hasOwn(columns, name) ? columns[name]! : {};
  const { min, max } = own;
  return {
    name,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    missing: own.missing ?? whenMissing!,
    scaling: own.scaling ?? scaling!,
  };
}

/** What is given of it; the rest is detected. */
function formatOf(dataset: TableSource): TableFormat {
  const { format: type, delimiter, decimal, thousands, missing, encoding, comment, skipRows, skipFooter } = dataset;
  const given = { type, delimiter, decimal, thousands, missing, encoding, comment, skipRows, skipFooter };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function timeOf({ time, timeFormat, order, duplicates, gaps, frequency }: TableSource): TablePlan["time"] {
  if (time === undefined) return undefined;
  const step = frequency === undefined ? undefined : parseFrequency(frequency);
  return {
    column: time,
    ...(timeFormat === undefined ? {} : { dateOrder: timeFormat }),
    order: order === "sort" ? "sort" : "error",
    duplicates: duplicates!,
    gaps: gaps!,
    ...(step === undefined ? {} : { frequency: step }),
  };
}

/** What is read of the table, with the files as the spec names them. */
export function tableInput({ path, format, select, where, orderBy, layout, time, target }: TablePlan): TableInput {
  return {
    files: path,
    format,
    ...(select.length === 0 ? {} : { select: Object.fromEntries(select.map(({ name, sql }) => [name, sql])) }),
    ...(where === undefined ? {} : { where }),
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(layout === "wide" ? { wide: { time: time!.column, value: target } } : {}),
  };
}

/** `{ key: value }` of what is given, in code. */
function given(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [`${key}: ${typeof value === "object" ? spaced(value) : literal(value as string | number)}`];
  });
}

/** Lists and maps of plain data in one line. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return dataLiteral(value);
  return objectLiteral(given(value as Readonly<Record<string, unknown>>));
}

/** How the table is read, to train and to forecast. */
function tableOptions(dataset: TablePlan & DatasetPlanBase): string {
  const { select, time, target, features, columns, splitBy } = dataset;
  const { files, format, where, orderBy, wide } = tableInput(dataset);
  const input = objectLiteral(
    [
      `files: [${files.map((file) => `dataFile(directory, ${literal(file)})`).join(", ")}]`,
      `format: ${Object.keys(format).length === 0 ? "{}" : spaced(format)}`,
      ...(select.length === 0
        ? []
        : [`select: ${objectLiteral(select.map(({ name, sql }) => `${literal(name)}: ${literal(sql)}`))}`]),
      ...given({ where, orderBy, wide }),
    ],
    "  ",
  );
  const split = [
    ...given({ by: splitBy, testFraction: dataset.testFraction, testRows: dataset.testRows }),
    validationOption(dataset.validation),
    ...given({ gap: dataset.gap, seed: dataset.seed }),
  ];
  const options = objectLiteral(
    [
      `input: ${input}`,
      ...given({ time, order: dataset.order, series: dataset.series, target, features }),
      `columns: [\n${columns.map((column) => `    ${spaced(column)},\n`).join("")}  ]`,
      "lookback: TIMESTEPS",
      "horizon: TARGETS",
      `split: ${objectLiteral(split)}`,
      ...given({ scalePer: dataset.scalePer, season: dataset.season, rows: dataset.rows, sha256: dataset.sha256 }),
      "note",
    ],
    "",
  );
  return `/** What is read of the table, to train and to forecast. */\nconst tableOptions = (directory: string | undefined, note: (line: string) => void): TableOptions => (${options});`;
}

const LOAD_WINDOW = [
  "/** The last rows of each series, to forecast what follows; scaled by what the run has fitted. `file` instead of the spec's. */",
  "export async function loadWindow(",
  "  directory: string | undefined,",
  '  fitted: TableDataset["fitted"],',
  "  log: (line: string) => void,",
  "  which: { readonly file?: string | undefined; readonly series?: string | undefined } = {},",
  "): Promise<TableWindow> {",
  "  return readTableWindow(tableOptions(directory, log), fitted, which);",
  "}",
  "",
].join("\n");
