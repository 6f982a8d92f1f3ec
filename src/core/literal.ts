/** A JavaScript literal of plain data. JSON is a subset of JavaScript, so nothing in a string can end it. */
export function literal(value: string | number | boolean | readonly (string | number)[]): string {
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "string") return dataLiteral(value);
  if (typeof value === "boolean") return String(value);
  return `[${value.map((item) => literal(item)).join(", ")}]`;
}

/** Numbers as people write them: 0.0001 stays readable, large integers get separators. */
function numberLiteral(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) >= 10_000 && Math.abs(value) < 1e15) {
    return value.toString().replace(/\B(?=(\d{3})+$)/g, "_");
  }
  return String(value);
}

/**
 * Plain data of any depth as JavaScript, in one line. Line separators and anything outside printable ASCII are escaped, so that the code
 * looks as it reads.
 */
export function dataLiteral(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** An object literal of one line, or of a line for each entry. */
export function objectLiteral(entries: readonly string[], indent?: string): string {
  if (indent === undefined) return `{ ${entries.join(", ")} }`;
  return `{\n${entries.map((entry) => `${indent}  ${entry},\n`).join("")}${indent}}`;
}
