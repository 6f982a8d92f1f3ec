import { counted } from "../system/counted.ts";
import { printable } from "../system/printable.ts";
import { UserError } from "../system/user-error.ts";
import { MAX_PLACES } from "./places.ts";
import type { OpenTable, TableProblem } from "./table.ts";

const MAX_TEXT = 40;

/** Rows in which one thing is wrong: all are counted, the first are kept. */
export class Findings {
  count = 0;
  readonly places: TableProblem["places"][number][] = [];
  readonly #table: OpenTable;

  constructor(table: OpenTable) {
    this.#table = table;
  }

  /**
   * @param row its position in the table, from 0 on, through all files
   * @param text what stands there; asked for where the place is kept
   */
  add(row: number, column?: string, text?: () => string): void {
    this.count++;
    if (this.places.length === MAX_PLACES) return;
    const [first, ...more] = this.#table.files;
    const file = `${first?.name}${more.length === 0 ? "" : ` and ${counted(more.length, "file")} more`}`;
    this.places.push({
      file,
      row: row + 1,
      ...(column === undefined ? {} : { column }),
      ...(text === undefined ? {} : { text: text() }),
    });
  }

  /** A list with the problem, where any was found. */
  problem(code: string, fix: string, message: (rows: string, count: number) => string): TableProblem[] {
    const { count, places } = this;
    return count === 0 ? [] : [{ code, message: message(counted(count, "row"), count), count, places, fix }];
  }
}

/** All that is wrong with a table, each with its first places. */
export class TableError extends UserError {
  readonly problems: readonly TableProblem[];

  constructor(problems: readonly TableProblem[]) {
    const fixes = [...new Set(problems.map(({ fix }) => fix))];
    super(problems.map(describeProblem).join("\n"), { exitCode: 1, fix: fixes.join("; ") });
    this.problems = problems;
  }
}

/** The file, what is wrong, and where. */
export function describeProblem({ message, count, places }: TableProblem): string {
  const file = places[0] === undefined ? "" : `${printable(places[0].file)}: `;
  const list = places.flatMap(({ file, row, text }) => {
    const other = file === places[0]!.file ? "" : `${printable(file)} `;
    const at = row === 0 ? other.trimEnd() : `${other}row ${row}`; // 0: the file, or its header
    const cell = text === undefined ? "" : `(${printable(text)})`;
    return [at, cell].join(" ").trim() || [];
  });
  const more = count > list.length ? ` and ${(count - list.length).toLocaleString("en-US")} more` : "";
  return `${file}${message}${list.length === 0 ? "" : `: ${list.join(", ")}${more}`}`;
}

/** A name or a cell in quotes, cut and harmless. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text));
}

const MAX_NAMES = 5;

/** Names in quotes, the first of them where there are many. */
export function quotedList(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${(names.length - MAX_NAMES).toLocaleString("en-US")} more` : "";
  return `${names.slice(0, MAX_NAMES).map(quoted).join(", ")}${more}`;
}
