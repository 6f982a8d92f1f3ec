import { printable } from "../system/printable.ts";
import type { TableProblem } from "./table.ts";

type Place = TableProblem["places"][number];

export const MAX_PLACES = 5;
const MAX_TEXT = 60;

/** A problem with its first places, whose texts are cut and harmless. */
export function placed(
  code: string,
  message: string,
  places: readonly Place[],
  fix: string,
  count = places.length,
): TableProblem {
  return { code, message, count, places: places.slice(0, MAX_PLACES).map(harmless), fix };
}

function harmless({ file, row, column, text }: Place): Place {
  const short = (long: string): string => printable(long.length > MAX_TEXT ? `${long.slice(0, MAX_TEXT)}…` : long);
  return {
    file: printable(file),
    row,
    ...(column === undefined ? {} : { column }),
    ...(text === undefined ? {} : { text: short(text) }),
  };
}

/** Problems of one kind become one, with the first places of all. */
export function merged(problems: readonly TableProblem[]): TableProblem[] {
  const kinds = new Map<string, TableProblem>();
  for (const problem of problems) {
    const key = `${problem.code}\n${problem.message}`;
    const known = kinds.get(key);
    const places = [...(known?.places ?? []), ...problem.places].slice(0, MAX_PLACES);
    kinds.set(key, { ...problem, count: (known?.count ?? 0) + problem.count, places });
  }
  return [...kinds.values()];
}
