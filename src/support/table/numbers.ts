import { literal } from "./engine.ts";
import type { TableFormat } from "./table.ts";

/** Cells that usually say that a value is missing, in lower case. */
const USUAL_MISSING = ["?", "null", "na", "n/a", "nan", "-", ".", ".."];

/** What may stand around the digits of an amount. */
const SIGNS = "$€£¥₹";
/** U+00A0 and U+202F separate thousands as well. */
const SPACES = " \\x{a0}\\x{202f}";
const GROUPERS = `'’${SPACES}`;

/** SQL functions of a cell that do not depend on how numbers are written. */
export function cellMacros(): string[] {
  const styled = `^[-+−]?[${SIGNS}]?[ ]?[-+−]?[\\d.,][\\d.,${GROUPERS}]*[${SPACES}]?[%${SIGNS}]?$`;
  return [
    "CREATE MACRO bare(c) AS trim(c, E' \\t')",
    // DuckDB takes 1_000 for a number.
    "CREATE MACRO plain(c) AS TRY_CAST(CASE WHEN NOT contains(c, '_') THEN c END AS DOUBLE)",
    `CREATE MACRO styled(c) AS regexp_full_match(bare(c), ${literal(styled)})`,
    // Only a zero at the start tells something: 0.123 has no thousands.
    "CREATE MACRO digits(c) AS translate(left(c, 2), '12345678', '99999999') || translate(substr(c, 3), '012345678', '999999999')",
    "CREATE MACRO shape(c) AS digits(replace(bare(c), '−', '-'))",
  ];
}

/**
 * SQL functions that do: `value(c)` of a cell, which may be NaN or infinite, by `simple(c)`, or `amount(c)` where it has signs; `kept(v)`, whether a value is a number; `marked(v)`, whether it
 * stands for a missing one; `token(c)`, whether a cell is empty or has a mark for that; `usual()`, whether nobody gave the marks.
 * They name their argument once where they can: DuckDB computes it anew for each time.
 */
export function numberMacros(format: TableFormat): string[] {
  const { decimal = ".", thousands, missing } = format;
  const tokens = missing?.map((token) => token.trim()) ?? USUAL_MISSING;
  const list = `[${["", ...tokens].map(literal).join()}]`;
  const bare = missing === undefined ? "lower(bare(c))" : "bare(c)";
  const numeric = tokens.filter((token) => token !== "" && Number.isFinite(Number(token))).map(Number);
  const isMark = numeric.length === 0 ? "false" : `v IN (${numeric.map((mark) => `${mark}::DOUBLE`).join()})`;
  const group = thousands === undefined ? "" : `\\d{1,3}(?:${escaped(thousands)}\\d{3})+|`;
  const digits = `(?:(?:${group}\\d+)(?:${escaped(decimal)}\\d*)?|${escaped(decimal)}\\d+)`;
  const pattern = `^[-+−]?[${SIGNS}]?[ ]?[-+−]?${digits}(?:[eE][-+]?\\d+)?[${SPACES}]?[%${SIGNS}]?$`;
  const unsigned = `regexp_replace(replace(bare(c), '−', '-'), '[${SIGNS}%${SPACES}]', '', 'g')`;
  const joined = thousands === undefined ? unsigned : `replace(${unsigned}, ${literal(thousands)}, '')`;
  const styled = `CASE WHEN regexp_full_match(bare(c), ${literal(pattern)}) THEN plain(replace(${joined}, ${literal(decimal)}, '.')) END`;
  const plain = decimal === "." ? "plain(c)" : "CASE WHEN NOT contains(c, '.') THEN plain(replace(c, ',', '.')) END";
  return [
    `CREATE OR REPLACE MACRO marked(v) AS coalesce(${isMark}, false)`,
    `CREATE OR REPLACE MACRO kept(v) AS coalesce(isfinite(v)${numeric.length === 0 ? "" : ` AND NOT (${isMark})`}, false)`,
    `CREATE OR REPLACE MACRO simple(c) AS ${plain}`,
    `CREATE OR REPLACE MACRO amount(c) AS ${styled}`,
    "CREATE OR REPLACE MACRO value(c) AS coalesce(simple(c), amount(c))",
    `CREATE OR REPLACE MACRO usual() AS ${missing === undefined}`,
    `CREATE OR REPLACE MACRO token(c) AS list_contains(${list}, ${bare})`,
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** How the digits of a cell are grouped: what that proves, or the one mark that can be either. */
export function proofOf(shape: string): { decimal?: string; thousands?: string; either?: string } {
  const body = /^[-+]?[$€£¥₹]? ?[-+]?(.*?)(?:[eE][-+]?\d+)?[ \u00a0\u202f]?[%$€£¥₹]?$/.exec(shape)?.[1] ?? "";
  const marks = body.match(/[^\d]/g) ?? [];
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || !/^[\d.,'’ \u00a0\u202f]+$/.test(body)) return {};
  const groups = (text: string): boolean => new RegExp(`^9\\d{0,2}(${escaped(first)}\\d{3})+$`).test(text);
  if (first !== last) {
    const at = body.lastIndexOf(last);
    const grouped =
      /[.,]/.test(last) && marks.filter((mark) => mark === last).length === 1 && groups(body.slice(0, at));
    return grouped ? { decimal: last, thousands: first } : {};
  }
  if (!/[.,]/.test(first) || marks.length > 1) return groups(body) ? { thousands: first } : {};
  return groups(body) ? { either: first } : { decimal: first };
}

/**
 * The marks of decimals and thousands that shapes of cells (each digit a 9) prove together. One table has one way of writing numbers: a
 * mark that could be either is the one that the other is not.
 * @returns "either" where only such marks are there
 */
export function decideMarks(
  given: Pick<TableFormat, "decimal" | "thousands">,
  shapes: Iterable<string>,
): { decimal?: "." | ","; thousands?: string } | "either" {
  const [decimals, thousands, either] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const shape of shapes) {
    const proof = proofOf(shape);
    if (proof.decimal !== undefined) decimals.add(proof.decimal);
    if (proof.thousands !== undefined) thousands.add(proof.thousands);
    if (proof.either !== undefined) either.add(proof.either);
  }
  const isPoint = given.thousands === "," || decimals.has(".") || thousands.has(",");
  const isComma = given.thousands === "." || decimals.has(",") || thousands.has(".");
  const decimal = given.decimal ?? (isPoint ? "." : isComma ? "," : undefined);
  if (decimal === undefined) return either.size > 0 ? "either" : {};
  const separates = (mark: string): boolean => mark !== decimal && (thousands.has(mark) || either.has(mark));
  const mark = given.thousands ?? [".", ",", ...thousands].find(separates);
  return { decimal, ...(mark === undefined ? {} : { thousands: mark }) };
}
