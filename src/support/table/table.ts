/** How the files of a table are written. What is not given is detected, and recorded. */
export interface TableFormat {
  /** By the ending where it is not given. */
  readonly type?: "csv" | "json" | "parquet";
  readonly delimiter?: string;
  readonly decimal?: "." | ",";
  readonly thousands?: string;
  /** Cells that say that a value is missing, beside empty ones. */
  readonly missing?: readonly string[];
  readonly encoding?: "utf-8" | "utf-16" | "latin-1";
  /** Lines that begin so are no rows. */
  readonly comment?: string;
  /** Lines before the header; comments do not count. */
  readonly skipRows?: number;
  /** Lines after the last row. */
  readonly skipFooter?: number;
}

/** A table as a spec names it. */
export interface TableInput {
  /** Files and patterns, absolute; the rows of all of them, in the order of their names. */
  readonly files: readonly string[];
  readonly format: TableFormat;
  /** SQL expressions by the name of the column that they make. */
  readonly select?: Readonly<Record<string, string>>;
  /** SQL condition of the rows that count. */
  readonly where?: string;
  /** SQL expressions by which rows are ordered; by default they stay as the files have them. */
  readonly orderBy?: string;
  /** Each column whose header is a time becomes a row: what the two columns are called that come of them. */
  readonly wide?: { readonly time: string; readonly value: string };
}

export interface TableColumn {
  readonly name: string;
  /** What all its cells can be read as. */
  readonly type: "number" | "time" | "text";
}

/** Rows of a table, one after the other. Columns by name. */
export interface Chunk {
  readonly count: number;
  /** NaN where a value is missing. */
  readonly numbers: ReadonlyMap<string, Float64Array>;
  /** undefined where a cell is blank, or has a mark that `missing` gives: of texts the usual marks can be names, such as NA. */
  readonly texts: ReadonlyMap<string, readonly (string | undefined)[]>;
}

/** What is wrong with a table, in one place or in many. */
export interface TableProblem {
  /** Kind, for programs: "notANumber", "missing", "ragged", … */
  readonly code: string;
  readonly message: string;
  /** Cells or rows that are concerned. */
  readonly count: number;
  /** The first five. Rows count from 1 after the header, in the file as it is. */
  readonly places: readonly {
    readonly file: string;
    readonly row: number;
    readonly column?: string;
    readonly text?: string;
  }[];
  readonly fix: string;
}

/** A table whose layout is known, to be read any number of times. */
export interface OpenTable {
  /** With everything detected. */
  readonly format: TableFormat;
  /** In the order of the files, then those that `select` makes. */
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** Of each file: its name, its size, the SHA-256 of its bytes. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  /**
   * The rows, in order. A cell of `numbers` that is no number is in `problems`, and NaN. Times are texts as the file has them,
   * or ISO 8601 where the file has a type for them.
   */
  read(columns: { readonly numbers: readonly string[]; readonly texts: readonly string[] }): AsyncIterable<Chunk>;
  /** What reading the columns as numbers found wrong, all kinds at once. */
  problems(numbers: readonly string[]): Promise<readonly TableProblem[]>;
  close(): void;
}
