import { subset } from "../data/splits.ts";
import { nearest } from "../system/nearest.ts";
import { UserError } from "../system/user-error.ts";
import { quoted, quotedList } from "./findings.ts";
import { asFormat, type FittedTable } from "./fitted.ts";
import { absolute, requireColumns, sourceOf, type TableOptions } from "./load.ts";
import { openTable } from "./open.ts";
import { readWindow, type TableWindow } from "./read-window.ts";
import { seriesName } from "./windows.ts";

export type { TableWindow } from "./read-window.ts";

interface Which {
  /** Instead of the files of the spec. */
  readonly file?: string | undefined;
  /** One series alone: the values of its columns, joined by " / " where there are several. */
  readonly series?: string | undefined;
}

/**
 * The last rows of each series, to forecast what follows; numbers and times are read as those of the training rows were, and nothing is
 * fitted. What the spec says of the files' rows and checksums holds for training alone.
 * @throws UserError (3) where a file is missing, (2) where there is no such series, (1) where the table is wrong
 */
export async function readTableWindow(
  options: TableOptions,
  fitted: FittedTable,
  { file, series }: Which,
): Promise<TableWindow> {
  const files = file === undefined ? options.input.files : [file];
  const format = { ...asFormat(fitted.numbers), ...options.input.format };
  const input = { ...options.input, files, format };
  const table = await openTable(absolute(input));
  const source = sourceOf(input);
  try {
    const columns = options.columns.filter(({ name }) => options.features.includes(name));
    requireColumns(table, { ...options, columns }, source);
    const window = await readWindow(table, options, fitted);
    for (const line of window.notes) options.note(`data: ${source}: ${line}`);
    return series === undefined ? window : seriesOf(window, series);
  } finally {
    table.close();
  }
}

/** @throws UserError (2) where there is none of this name */
function seriesOf(window: TableWindow, wanted: string): TableWindow {
  const names = window.series.map(({ name }) => seriesName(name));
  const place = names.indexOf(wanted);
  if (place < 0) {
    const near = nearest(wanted, names);
    const fix = near === undefined ? `name one of ${quotedList(names)}` : `did you mean ${quoted(near)}?`;
    throw new UserError(`there is no series ${quoted(wanted)} to forecast`, { exitCode: 2, fix });
  }
  return { ...window, future: subset(window.future, Int32Array.of(place)), series: [window.series[place]!] };
}
