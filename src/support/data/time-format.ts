/**
 * How the times of a column are written. Tokens of the template: YYYY, YY, M, MM, MMM (Jan), MMMM (January), D, DD, q (quarter), H, HH, h, hh, mm, ss,
 * S… (fraction of a second), A (AM, PM), Z (zone); alone: X, x, u, n (seconds, ms, µs, ns since 1970) and N (a number that counts the rows).
 */
export type TimeFormat = {
  readonly template: string;
  /** The first year of the hundred that YY stands for. */
  readonly century: number;
};

/** A time as a column has it. */
export interface Time {
  /** Milliseconds since 1970 in UTC; where no zone is given, of the clock as if it were UTC. Of N: the number. */
  readonly instant: number;
  /** What the zone adds to UTC. Unit: ms. */
  readonly offset: number;
  /** As written; "" where there is none. */
  readonly zone: string;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");
const TOKEN = /YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|S+|[qAZXxunN]/g;

const TOKEN_OR_BETWEEN = new RegExp(`^(?:${TOKEN.source}|[-/.,: TQ])+$`);

/** Dates that can be told from their text alone, and forms of digits only, which any number may have. */
const DATES = [
  ...["YYYY-M-D", "YYYY/M/D", "YYYY.M.D", "M/D/YYYY", "D/M/YYYY", "M-D-YYYY", "D-M-YYYY", "D.M.YYYY"],
  ...["M/D/YY", "D/M/YY", "M-D-YY", "D-M-YY", "D.M.YY"],
  ...["D-MMM-YY", "D-MMM-YYYY", "D MMM YY", "D MMM YYYY", "D/MMM/YYYY", "DMMMYYYY", "MMM D, YYYY", "MMM D YYYY"],
  ...["D MMMM YYYY", "MMMM D, YYYY", "MMMM D YYYY", "YYYY-MMM-D", "YYYY MMM D"],
  ...[
    "YYYY-M",
    "YYYY/M",
    "M/YYYY",
    "M-YYYY",
    "MMM-YY",
    "MMM YY",
    "MMM-YYYY",
    "MMM YYYY",
    "MMMM YYYY",
    "YYYY MMM",
    "YYYY-MMM",
  ],
  ...["YYYYQq", "YYYY-Qq", "YYYY Qq", "YYYY:Qq", "Qq YYYY", "Qq-YYYY", "Qq/YYYY", "YYYYMMDDTHHmmss"],
];
const DIGITS = ["YYYYMMDD", "YYYYMM", "YYYY"];
const CLOCK =
  /^(T| +|, ?)(\d{1,2}):(\d{2})(:\d{2})?([.,]\d{1,9})?( ?)([AaPp]\.?[Mm]\.?)?( ?)(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/;

/** From which number on seconds, ms, µs and ns since 1970 are taken for such: those of 1973 and later. */
const EPOCHS: readonly (readonly [number, string])[] = [
  [1e8, "X"],
  [1e11, "x"],
  [1e14, "u"],
  [1e17, "n"],
];

/** Whether a column of this form could be one of plain numbers as well. */
export function isDigits(template: string): boolean {
  return DIGITS.includes(template) || /^[XxunN]$/.test(template);
}

/** Every form that a cell may be written in, those of digits only last. */
export function possibleTemplates(cell: string): string[] {
  const templates = [...DATES, ...DIGITS].flatMap((date) => {
    const match = matcher(date).prefix.exec(cell);
    if (match === null) return [];
    const rest = cell.slice(match[0].length);
    if (rest === "") return [date];
    const clock = CLOCK.exec(rest);
    if (clock === null || !/D/.test(date)) return [];
    const [, separator, , , seconds, fraction, space, half, zoneSpace, zone] = clock;
    const hour = half === undefined ? "H:mm" : "h:mm";
    const parts = [date, separator, hour, seconds && ":ss", fraction && "S".repeat(fraction.length - 1)];
    return [[...parts, half && `${space}A`, zone && `${half === undefined ? space : zoneSpace}Z`].join("")];
  });
  const number = /^[+-]?\d+(\.\d+)?$/.test(cell) ? Math.abs(Number(cell)) : Number.NaN;
  const epoch = EPOCHS.find(([least]) => number >= least && number < least * 1e3);
  if (epoch !== undefined) templates.push(epoch[1]);
  if (Number.isFinite(number)) templates.push("N");
  return templates.filter((template) => parseTime(cell, { template, century: 1969 }) !== undefined);
}

/** Whether a text is a template: tokens and what stands between them, no other letters. */
export function isTemplate(text: string): boolean {
  return TOKEN_OR_BETWEEN.test(text) && (text.match(TOKEN) ?? []).length > 0;
}

interface Matcher {
  readonly whole: RegExp;
  readonly prefix: RegExp;
  readonly tokens: readonly string[];
}

const matchers = new Map<string, Matcher>();

function matcher(template: string): Matcher {
  let found = matchers.get(template);
  if (found !== undefined) return found;
  const adjacent = /MMDD|YYYYMM|HHmm/.test(template);
  const tokens = template.match(TOKEN) ?? [];
  const pattern = template
    .split(new RegExp(`(${TOKEN.source})`))
    .map((part, k) => (k % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") : tokenPattern(part, adjacent)))
    .join("");
  found = { whole: new RegExp(`^${pattern}$`, "i"), prefix: new RegExp(`^${pattern}(?!\\d)`, "i"), tokens };
  matchers.set(template, found);
  return found;
}

function tokenPattern(token: string, adjacent: boolean): string {
  const two = adjacent ? "(\\d{2})" : "(\\d{1,2})";
  switch (token) {
    case "YYYY":
      return "(\\d{4})";
    case "YY":
    case "mm":
    case "ss":
      return "(\\d{2})";
    case "MMMM":
      return `(${MONTHS.join("|")})`;
    case "MMM":
      return `(${MONTHS.map((name) => name.slice(0, 3)).join("|")}|Sept)`;
    case "q":
      return "([1-4])";
    case "A":
      return "([AP]\\.?M\\.?)";
    case "Z":
      return "(Z|UTC|GMT|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})";
    case "X":
    case "x":
    case "u":
    case "n":
    case "N":
      return "([+-]?\\d+(?:\\.\\d+)?)";
    default:
      return token.startsWith("S") ? "(?:[.,](\\d{1,9}))?" : two;
  }
}

const UNITS: Readonly<Record<string, number>> = { X: 1e3, x: 1, u: 1e-3, n: 1e-6, N: 1 };

/** A time, undefined where the text has another form or names a day or an hour that there is not. */
export function parseTime(text: string, { template, century }: TimeFormat): Time | undefined {
  const { whole, tokens } = matcher(template);
  const match = whole.exec(text);
  if (match === null) return undefined;
  if (tokens[0]! in UNITS) {
    const instant = Number(match[1]) * UNITS[tokens[0]!]!;
    return Number.isFinite(instant) ? { instant, offset: 0, zone: "" } : undefined;
  }
  let [year, month, day, hour, minute, second, fraction] = [1970, 1, 1, 0, 0, 0, 0];
  let [half, zone, offset] = ["", "", 0];
  for (let k = 0; k < tokens.length; k++) {
    const part = match[k + 1] ?? "";
    switch (tokens[k]) {
      case "YYYY":
        year = Number(part);
        break;
      case "YY":
        year = century + ((((Number(part) - century) % 100) + 100) % 100);
        break;
      case "MMM":
      case "MMMM":
        month = monthOf(part);
        break;
      case "M":
      case "MM":
        month = Number(part);
        break;
      case "D":
      case "DD":
        day = Number(part);
        break;
      case "q":
        month = 3 * Number(part) - 2;
        break;
      case "H":
      case "HH":
      case "h":
      case "hh":
        hour = Number(part);
        break;
      case "mm":
        minute = Number(part);
        break;
      case "ss":
        second = Number(part);
        break;
      case "A":
        half = part[0]!.toUpperCase();
        break;
      case "Z":
        [zone, offset] = [part, offsetOf(part)];
        break;
      default:
        fraction = Number(`0.${part || 0}`);
    }
  }
  if (half !== "") {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === "P" ? 12 : 0);
  }
  const midnight = hour === 24 && minute === 0 && second === 0 && fraction === 0; // the end of a day
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if ((hour > 23 && !midnight) || minute > 59 || second > 59 || !Number.isFinite(offset)) return undefined;
  const instant = dateUtc(year, month, day) + ((hour * 60 + minute) * 60 + second + fraction) * 1e3 - offset;
  return { instant, offset, zone };
}

function monthOf(name: string): number {
  return MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1;
}

/** Of Z, UTC, +02, +0200 or +02:00. Unit: ms. NaN where there is no such zone. */
function offsetOf(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return minutes > 18 * 60 ? Number.NaN : minutes * 60e3 * (match[1] === "-" ? -1 : 1);
}

/** Midnight of a day, of years below 100 too. Months from 1 on, beyond 12 in the years after. Unit: ms. */
export function dateUtc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** @param month from 1 to 12 */
export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

/** The template with the zeros that these cells have: DD where no day has one digit, and as many digits of a fraction as they show. */
export function asWritten(template: string, cells: readonly string[]): string {
  const { whole, tokens } = matcher(template);
  const short = new Set<string>();
  let fraction = 1;
  if (tokens.some((token) => /^([DMHh]|S+)$/.test(token))) {
    for (const cell of cells) {
      const match = whole.exec(cell);
      for (let k = 0; k < tokens.length; k++) {
        const length = match?.[k + 1]?.length ?? 0;
        if (tokens[k]!.startsWith("S")) fraction = Math.max(fraction, length);
        else if (length === 1) short.add(tokens[k]!);
      }
    }
  }
  return template.replace(TOKEN, (token) => {
    if (token.startsWith("S")) return "S".repeat(fraction);
    return ["D", "M", "H", "h"].includes(token) && !short.has(token) ? token.repeat(2) : token;
  });
}

/** A time as the template writes it. */
export function formatTime({ instant, offset, zone }: Time, { template }: TimeFormat): string {
  if (template in UNITS) {
    const value = instant / UNITS[template]!;
    if (template === "n") return `${BigInt(Math.round(instant * 1e3)) * 1000n}`;
    return template === "N" ? String(Number(value.toPrecision(12))) : String(Math.round(value * 1e3) / 1e3);
  }
  const date = new Date(Math.floor(instant + offset));
  const two = (value: number): string => String(value).padStart(2, "0");
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  const [month, hour] = [date.getUTCMonth(), date.getUTCHours()];
  return template.replace(TOKEN, (token) => {
    switch (token) {
      case "YYYY":
        return year;
      case "YY":
        return year.slice(-2);
      case "MMMM":
        return MONTHS[month]!;
      case "MMM":
        return MONTHS[month]!.slice(0, 3);
      case "MM":
        return two(month + 1);
      case "M":
        return String(month + 1);
      case "DD":
        return two(date.getUTCDate());
      case "D":
        return String(date.getUTCDate());
      case "q":
        return String(Math.floor(month / 3) + 1);
      case "HH":
        return two(hour);
      case "H":
        return String(hour);
      case "hh":
        return two(hour % 12 || 12);
      case "h":
        return String(hour % 12 || 12);
      case "mm":
        return two(date.getUTCMinutes());
      case "ss":
        return two(date.getUTCSeconds());
      case "A":
        return hour < 12 ? "AM" : "PM";
      case "Z":
        return zone;
      default: {
        const digits = token.length;
        const fraction = (((instant + offset) % 1e3) + 1e3) % 1e3; // ms
        const rounded = Math.min(Math.round(fraction * 10 ** (digits - 3)), 10 ** digits - 1);
        return `.${String(rounded).padStart(digits, "0")}`;
      }
    }
  });
}
