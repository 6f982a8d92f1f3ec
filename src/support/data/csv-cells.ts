import { counted, listed, MAX_PLACES, type Problem, shownText } from "./csv-problems.ts";
import { isDigits, possibleTemplates } from "./time-format.ts";

/** What counts as a number; Number() alone would take "", "0x10" and "Infinity" too. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number of a cell, undefined where it has none or one that is not finite. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  return NUMBER.test(text.trim()) && Number.isFinite(value) ? value : undefined;
}

/** What files have in cells without a value. */
const MISSING = /^(\?+|\.{1,3}|-{1,3}|\*|:|null|nil|none|na|n\/a|n\.a\.?|<na>|#n\/a|nan|nat|missing|\\n)$/i;

/** What cells have that are no numbers, and what to do about it. */
const KINDS = {
  empty: { has: "", fix: "give the missing values, or delete their rows" },
  missing: { has: "a mark for a missing value", fix: "give the missing values, or delete their rows" },
  thousands: { has: "thousands separators", fix: "write numbers without thousands separators" },
  decimalComma: { has: "a decimal comma", fix: "write numbers with a decimal point" },
  currency: { has: "a sign of currency", fix: "write numbers without signs and units" },
  percent: { has: "a per cent sign", fix: "write numbers without signs and units" },
  unit: { has: "a unit", fix: "write numbers without signs and units" },
  brackets: { has: "brackets for a minus", fix: "write negative numbers with a minus" },
  time: { has: "times", fix: "name columns of numbers as target and features" },
  text: { has: "", fix: "give a number" },
} as const;

type Kind = keyof typeof KINDS;

function kindOf(cell: string): Kind {
  const text = cell.trim().replaceAll("\u2212", "-");
  if (text === "") return "empty";
  if (MISSING.test(text)) return "missing";
  if (NUMBER.test(text) || /^[+-]?(inf|infinity|∞)$/i.test(text)) return "text";
  if (/^[+-]?\d{1,3}([,' \u00a0\u202f’]\d{3})+(\.\d*)?$/.test(text) || /^[+-]?\d{1,3}(\.\d{3}){2,}(,\d*)?$/.test(text))
    return "thousands";
  if (/^[+-]?\d{1,3}(\.\d{3})*,\d+$/.test(text) || /^[+-]?\d*,\d+$/.test(text)) return "decimalComma";
  if (/^[+-]?\s*[$€£¥₹₽]\s*[+-]?\d|^[+-]?[\d.,]+\s*[$€£¥₹₽]$/.test(text)) return "currency";
  if (/^[+-]?[\d.,]+\s*%$/.test(text)) return "percent";
  if (/^\([$€£¥]?[\d.,]+\)$/.test(text)) return "brackets";
  if (text.length < 40 && possibleTemplates(text).some((template) => !isDigits(template))) return "time";
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)\s*[\p{L}°µ/²³]{1,8}$/u.test(text)) return "unit";
  return "text";
}

const MAX_MARKS = 20;

interface Found {
  readonly kind: Kind;
  readonly sample: string;
  readonly columns: Set<string>;
  readonly places: { offset: number; text: string }[];
  count: number;
}

/** Collects the cells that are no numbers, by kind, of which each mark for a missing value is one. */
export class BadCells {
  readonly #found = new Map<string, Found>();
  /** Columns with commas that separate no thousands: all others of theirs do not either. */
  readonly #decimal = new Set<string>();

  add(column: string, text: string, offset: number): void {
    const kind = kindOf(text);
    if (kind === "decimalComma") this.#decimal.add(column);
    this.#count(kind, column, { text, offset });
  }

  #count(kind: Kind, column: string, cell: { text: string; offset: number }): void {
    const mark = kind === "missing" && this.#found.size < MAX_MARKS ? cell.text.trim() : "";
    // Whether commas are decimal ones is a matter of each column.
    const key = [kind, mark, kind === "thousands" || kind === "decimalComma" ? column : ""].join("\n");
    const found = this.#found.get(key) ?? { kind, sample: cell.text, columns: new Set(), places: [], count: 0 };
    this.#found.set(key, found);
    found.count++;
    if (found.columns.size < MAX_MARKS) found.columns.add(column);
    if (found.places.length < MAX_PLACES) found.places.push({ offset: cell.offset, text: shownText(cell.text) });
  }

  problems(): Problem[] {
    const all = [...this.#found.values()];
    for (const decimal of all.filter(({ kind }) => kind === "decimalComma")) {
      const [column] = decimal.columns;
      const k = all.findIndex(
        ({ kind, columns, sample }) => kind === "thousands" && columns.has(column!) && /^[^.]*,[^,.]*$/.test(sample),
      );
      if (k < 0) continue;
      const [thousands] = all.splice(k, 1);
      decimal.count += thousands!.count;
      decimal.places.push(...thousands!.places);
      decimal.places.sort((a, b) => a.offset - b.offset);
    }
    return all.map(problem);
  }
}

function problem({ kind, sample, columns, places, count }: Found): Problem {
  const { has, fix } = KINDS[kind];
  const { offset } = places[0]!;
  const where = `${columns.size === 1 ? "column" : "columns"} ${listed([...columns], 3)}`;
  if (count === 1) {
    const cell = kind === "empty" ? "an empty cell" : shownText(sample);
    const why = has === "" ? "is not a finite number" : kind === "missing" ? `is ${has}, not a number` : `has ${has}`;
    return { offset, what: `${cell} in ${where} ${why}`, fix };
  }
  const cells = `${counted(count, "cell")} of ${where}`;
  if (kind === "text") return { offset, what: `${cells} are not finite numbers`, places, count, fix };
  const why =
    kind === "empty"
      ? "are empty"
      : kind === "missing"
        ? `are ${shownText(sample)}, ${has}`
        : `have ${has}, such as ${shownText(sample)}`;
  return { offset, what: `${cells} ${why}`, places: places.map((place) => ({ offset: place.offset })), count, fix };
}
