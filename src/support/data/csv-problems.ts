import { UserError } from "../system/user-error.ts";
import type { CsvTable } from "./csv-table.ts";

/** Something that is wrong with a file, in one place or in many. */
export interface Problem {
  /** Where, as an offset into the text. */
  readonly offset: number;
  readonly what: string;
  /** The first places of several, and what stands there. */
  readonly places?: readonly { readonly offset: number; readonly text?: string }[];
  /** How many places there are. */
  readonly count?: number;
  readonly fix: string;
}

export const MAX_PLACES = 5;
const MAX_PROBLEMS = 12;
const MAX_TEXT = 40;
const MAX_NAMES = 12;

/** All that is wrong, each with its first places. The texts of files in it are cut and harmless. */
export function csvError({ file, text }: Pick<CsvTable, "file" | "text">, problems: readonly Problem[]): UserError {
  const shownProblems = problems.slice(0, MAX_PROBLEMS);
  const placeOf = positionsOf(
    text,
    shownProblems.flatMap(({ offset, places = [] }) => [offset, ...places.map((place) => place.offset)]),
  );
  const lines = shownProblems.map(({ offset, what, places = [], count = places.length }, k) => {
    const list = places.slice(0, MAX_PLACES).map((place) => {
      return placeOf.get(place.offset)! + (place.text === undefined ? "" : ` ${place.text}`);
    });
    const more = count > list.length ? ` and ${grouped(count - list.length)} more` : "";
    const where = list.length === 0 ? "" : `: ${list.join(", ")}${more}`;
    return `${k === 0 ? `${file}:` : "  "}${placeOf.get(offset)}: ${what}${where}`;
  });
  if (problems.length > shownProblems.length) lines.push(`  and ${problems.length - shownProblems.length} more kinds`);
  const fixes = [...new Set(shownProblems.map(({ fix }) => fix))];
  return new UserError(lines.join("\n"), { exitCode: 1, fix: fixes.join("; ") });
}

/** "line:column" of each offset, from 1 on, in one pass over the text. Lines end in CRLF, LF or CR. */
export function positionsOf(text: string, offsets: readonly number[]): Map<number, string> {
  const found = new Map<number, string>();
  let [line, lineStart, at] = [1, 0, 0];
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    for (; at < offset; at++) {
      const crlf = text[at] === "\r" && text[at + 1] === "\n";
      if (crlf || (text[at] !== "\n" && text[at] !== "\r")) continue;
      line++;
      lineStart = at + 1;
    }
    found.set(offset, `${line}:${offset - lineStart + 1}`);
  }
  return found;
}

/** The line of an offset, from 1 on. */
export function lineOf(text: string, offset: number): number {
  return Number(positionsOf(text, [offset]).get(offset)!.split(":")[0]);
}

/** A text of the file, in quotes, cut, and without characters that would move a terminal's cursor. */
export function shownText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return JSON.stringify(cut).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Names of columns, the first of them where there are many. */
export function listed(names: readonly string[], most = MAX_NAMES): string {
  const more = names.length > most ? ` and ${grouped(names.length - most)} more` : "";
  return `${names.slice(0, most).map(shownText).join(", ")}${more}`;
}

/** A name as it stands in a spec. */
export function inSpec(name: string): string {
  const plain = /^[A-Za-z_][\w./() -]*$/.test(name) && name.trim() === name;
  return plain && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name) ? name : shownText(name);
}

export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** "1 row", "2 rows" */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
