import { partDefinition } from "../schema/definitions.ts";
import { choice, count, type OptionSchema, withDefault } from "../schema/options.ts";
import { FILE, type SourceSchema, shareSchema, timestepsSchema, validationSchema } from "./schema.ts";

const NAME = { type: "string", minLength: 1, maxLength: 200 };
const SQL = { type: "string", minLength: 1, maxLength: 10_000 };
/** A text, or a list of texts. */
const TEXTS = {
  tsType: "string | readonly string[]",
  type: ["string", "array"],
  minItems: 1,
  maxItems: 1000,
  uniqueItems: true,
};
const ROWS = { least: 0, most: 1_000_000, unit: "rows" };

const MISSING = ["error", "drop", "ffill", "linear", "mean", "indicator"];
const SCALINGS = ["standard", "minMax", "robust", "log", "none"];

function text(description: string, schema: object, example: unknown): OptionSchema {
  return withDefault({ description, ...schema }, undefined, [example]);
}

function character(description: string, example: string): OptionSchema {
  return text(description, { type: "string", minLength: 1, maxLength: 1 }, example);
}

const COLUMN = partDefinition("TableColumn", {
  description: "What is asked of a column, and how it is scaled.",
  options: {
    min: withDefault(
      { description: "Values below are refused. Unit: that of the column. Default: no limit.", type: "number" },
      undefined,
      [0],
    ),
    max: withDefault(
      { description: "Values above are refused. Unit: that of the column. Default: no limit.", type: "number" },
      undefined,
      [100],
    ),
    missing: choice(
      "What happens where the column has no value. Default: `whenMissing` of the dataset.",
      MISSING,
      undefined,
      "ffill",
    ),
    scaling: choice("How it is scaled. Default: `scaling` of the dataset.", SCALINGS, undefined, "log"),
  },
});

/** How the files are written. */
const format: Readonly<Record<string, OptionSchema>> = {
  format: choice(
    "How the files are written: csv has any text with delimiters, json an object in each line. Default: by the ending of `path`.",
    ["csv", "json", "parquet"],
    undefined,
  ),
  delimiter: character("What stands between cells. Default: detected.", ";"),
  decimal: choice("Decimal mark of numbers. Default: detected.", [".", ","], undefined, ","),
  thousands: character("What groups the digits of numbers. Default: detected.", "."),
  missing: text(
    "Cells that say that a value is missing, beside empty ones. Default: the usual marks, such as ? and null.",
    { type: "array", maxItems: 100, items: { type: "string", minLength: 1, maxLength: 40 }, uniqueItems: true },
    ["?"],
  ),
  encoding: choice(
    "How characters are written. Default: utf-8, or utf-16 where a mark at the beginning says so.",
    ["utf-8", "utf-16", "latin-1"],
    undefined,
    "latin-1",
  ),
  comment: character("Lines that begin with it are no rows. Default: detected.", "#"),
  skipRows: count("Lines before the header. Default: detected.", [3], { ...ROWS, unit: "lines" }),
  skipFooter: count("Lines after the last row. Default: detected.", [1], { ...ROWS, unit: "lines" }),
};

/** Which rows and columns there are. */
const rows: Readonly<Record<string, OptionSchema>> = {
  select: text(
    "Columns that are computed: name → SQL expression of the columns that the files have. Default: those of the files alone.",
    { type: "object", additionalProperties: SQL },
    { price: "close / 100" },
  ),
  where: text("SQL condition: rows for which it does not hold are left out. Default: all count.", SQL, "volume > 0"),
  orderBy: text("SQL expressions by which rows are ordered. Default: as the files have them.", SQL, "day, hour"),
  layout: choice(
    "long: a row for each time; wide: each column whose header is a time becomes a row of `time` and `target`.",
    ["long", "wide"],
    "long",
    "wide",
  ),
};

const time: Readonly<Record<string, OptionSchema>> = {
  time: text(
    "Column of the rows' times: dates, timestamps, months, quarters, years, seconds since 1970 or numbers that count the rows. Forecasts are dated by it. Default: the rows have no times, and are in order as they stand.",
    NAME,
    "date",
  ),
  timeFormat: choice(
    "Whether the day or the month comes first in dates such as 01/02/2024, where no date of the column tells. Default: such a file is refused.",
    ["dayFirst", "monthFirst"],
    undefined,
  ),
  order: choice(
    "What happens to rows that are not in order of time, in each series: `error` refuses them, `sort` sorts by `time`, `asIs` takes the rows as they stand and looks at no times.",
    ["error", "sort", "asIs"],
    "error",
    "sort",
  ),
  duplicates: choice(
    "What happens to rows of one series with one time: `error` refuses them; of the others one stays, or the mean of each column.",
    ["error", "first", "last", "mean"],
    "error",
    "last",
  ),
  gaps: choice(
    "What happens where a time is missing: `error` refuses the table; `fill` puts in a row without values; `allow` leaves the rows as they are, and no forecast spans a gap.",
    ["error", "fill", "allow"],
    "error",
    "allow",
  ),
  frequency: text(
    "The step from row to row: a number and a unit (second, minute, hour, day, businessDay, week, month, monthEnd, quarter, quarterEnd, year, yearEnd), or a number alone where `time` counts rows. Default: the step that most rows have.",
    { type: ["string", "number"], minLength: 1, maxLength: 40 },
    "15 minutes",
  ),
};

/** What is learned. */
const columns: Readonly<Record<string, OptionSchema>> = {
  series: text(
    "Column that says of which series a row is, or several that say it together. Default: all rows are of one series.",
    { ...TEXTS, minLength: 1, maxLength: 200, items: NAME },
    "store",
  ),
  target: text("Column to forecast.", NAME, "sales"),
  features: text(
    "Columns that the model reads. Default: the target alone.",
    { type: "array", minItems: 1, maxItems: 1000, items: NAME, uniqueItems: true },
    ["sales", "price"],
  ),
  columns: text(
    "What is asked of single columns: name → range, missing values, scaling. Default: what the dataset says of all.",
    { type: "object", additionalProperties: { $ref: "#/$defs/TableColumn" } },
    { price: { min: 0, missing: "ffill", scaling: "log" } },
  ),
  whenMissing: choice(
    "What happens where a column has no value: `error` refuses the table; `drop` leaves the row out; `ffill` takes the value before it, `linear` one on the line to the next; `mean` takes the mean of the training rows, `indicator` too, with one more feature that is 1 there. A value that was filled in is never a target.",
    MISSING,
    "error",
    "ffill",
  ),
  rows: count("Rows that the table must have. Default: any number.", [1234], { most: 1e12, unit: "" }),
  sha256: text(
    "SHA-256 that the file must have; of several files a list, in the order of their names. Default: any.",
    { ...TEXTS, minLength: 64, maxLength: 64, items: { type: "string", minLength: 64, maxLength: 64 } },
    "a".repeat(64),
  ),
};

/** Windows, and how they are parted and scaled. */
const windows: Readonly<Record<string, OptionSchema>> = {
  lookback: timestepsSchema("Rows that the model reads before it forecasts.", 12),
  horizon: timestepsSchema("Rows that it forecasts.", 1, { most: 10_000, fallback: 1 }),
  testFraction: shareSchema("Share of the rows of each series, at the end, or of the series, kept for testing.", 0.2),
  testRows: count("Rows of each series, at the end, kept for testing. Default: the share `testFraction`.", [6], {
    most: 1_000_000,
    unit: "rows",
  }),
  validation: validationSchema(
    "a share of what is not for testing: of the rows of each series those at the end, or series drawn with training.seed; or `test`, the test part",
  ),
  gap: withDefault(
    {
      description: "Rows of each series between the parts that are in none of them. Unit: rows.",
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
    },
    0,
    [7],
  ),
  splitBy: choice(
    "time: the parts follow each other in each series; series: each series is in one part, drawn with training.seed.",
    ["time", "series"],
    "time",
    "series",
  ),
  scaling: choice(
    "How columns are scaled, fitted to the training rows only: standard has mean 0 and deviation 1, minMax the range 0..1, robust median and quartiles; log is standard of the logarithm.",
    SCALINGS,
    "standard",
  ),
  scalePer: choice(
    "Whether the rows of all series are scaled alike, or those of each by themselves.",
    ["all", "series"],
    "all",
    "series",
  ),
  season: count(
    "Rows of one season, for the seasonal naive forecast that the model is compared with. Default: by the frequency of the times, such as 12 for months.",
    [12],
    { least: 2, most: 100_000, unit: "rows" },
  ),
};

export const TABLE_SCHEMA: SourceSchema = {
  description:
    "Tables in CSV, JSON or Parquet files, with one time series or many, cut into windows; refused where anything in them is wrong.",
  required: ["path", "target", "lookback"],
  options: {
    path: text(
      "The file, inside the folder that --data names (or that of the spec), or several; * stands for any part of a name. Their rows follow each other in the order of the names.",
      { ...FILE, ...TEXTS, items: FILE },
      "sales.csv",
    ),
    ...format,
    ...rows,
    ...time,
    ...columns,
    ...windows,
  },
  definitions: { TableColumn: COLUMN },
};
