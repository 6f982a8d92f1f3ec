export function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** "`units`", "`layers[0]`", "the spec". */
export function label(pointer: string): string {
  const parts = pointer.split("/").map(unescaped);
  const last = parts.at(-1)!;
  if (parts.length === 1) return "the spec";
  return /^\d+$/.test(last) ? `\`${parts.at(-2)}[${last}]\`` : `\`${last}\``;
}

export function kindOfValue(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return `the text ${quote(value)}`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}

export function quote(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? shortWord(value) : value) ?? "undefined";
}

export function shortWord(word: string): string {
  return word.length > 60 ? `${word.slice(0, 60)}…` : word;
}

export function article(type: string): string {
  const words: Record<string, string> = {
    object: "a map",
    array: "a list",
    string: "text",
    integer: "an integer",
    number: "a number",
    boolean: "true or false",
  };
  return type
    .split(",")
    .map((one) => words[one] ?? one)
    .join(" or ");
}
