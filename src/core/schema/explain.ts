import type { SchemaError } from "../../../schemas/model-spec.v1.js";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import { escapePointer } from "../load/load.ts";
import { isUnmistakable, sameWord, suggest, suggestion } from "../spec/suggest.ts";
import type { Replacement } from "./replacement.ts";
import { allKeys, choicesOf, definition, type SchemaPart, schema, sectionsWith } from "./schema-file.ts";
import { article, kindOfValue, label, quote, shortWord, unescaped } from "./words.ts";

/** What is said of a mistake that the schema finds. */
export interface Explanation {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly fix: string;
  /** JSON pointer; default: where the schema failed. */
  readonly pointer?: string;
  readonly kind?: "key" | "value";
  readonly choices?: readonly string[];
  /** What should stand there, where that is certain. */
  readonly replacement?: Replacement | undefined;
  /** The key to replace, where that is another place. */
  readonly misspelt?: string | undefined;
}

/** One ajv error in words; undefined for those that only repeat another. */
export function explain({ instancePath, keyword, params, data, parentSchema }: SchemaError): Explanation | undefined {
  const name = label(instancePath);
  const parent = (parentSchema ?? {}) as SchemaPart;
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const pointer = `${instancePath}/${escapePointer(key)}`;
      const inWrapper = /^\/layers\/\d+\/layer$/.test(instancePath) && WRAPPER_KEYS.has(key);
      const known = Object.keys(parent.properties ?? {});
      const fix = inWrapper
        ? `write it beside \`layer:\`, not inside: \`${key}\` belongs to the wrapper`
        : parent.properties === undefined
          ? "use whole numbers from 0 up, such as `0: 1`"
          : unknownKeyFix(key, known);
      const replacement = inWrapper ? undefined : anotherWord(suggest(key, known), known);
      return { code: "LC1101", message: `unknown key \`${shortWord(key)}\``, fix, pointer, kind: "key", replacement };
    }
    case "required": {
      const key = String(params.missingProperty);
      if (parent.then?.allOf !== undefined)
        return missingTag(instancePath, data as Readonly<Record<string, unknown>>, choicesOf(parent));
      return { code: "LC1102", message: `${name} lacks the key \`${key}\``, fix: `add ${exampleOf(key, parent)}` };
    }
    case "type":
      return wrongType(name, data, String(params.type), parent);
    case "anyOf": {
      if (typeof data === "string" || (typeof data === "object" && data !== null && !Array.isArray(data)))
        return undefined;
      const { enum: names = [] } = definition(parent.anyOf?.[0]?.$ref) ?? {};
      const message = `${name} is ${kindOfValue(data)}, but must be a name or a map`;
      return { code: "LC1103", message, fix: `write a name, such as ${String(parent.examples?.[0])}`, choices: names };
    }
    case "enum": {
      const choices: readonly unknown[] = parent.enum ?? [];
      if (!choices.some((choice) => typeof choice === typeof data)) return undefined; // the type is wrong, too
      if (isQuotedNumber(data, parent)) return wrongType(name, data, "number", {});
      const message = isTag(parent)
        ? `unknown ${unescaped(instancePath.split("/").at(-1)!)} \`${shortWord(String(data))}\``
        : `${name} cannot be ${quote(data)}`;
      const [fix, replacement] = typeof data === "string" ? enumFix(data, parent) : [oneOf(choices)];
      return { code: "LC1104", message, fix, choices: choices.map(String), replacement };
    }
    case "const":
      return wrongConstant(name, data, parent.const);
    case "minimum":
    case "exclusiveMinimum":
    case "maximum":
    case "exclusiveMaximum": {
      const bound = `${COMPARISONS[keyword]} ${params.limit}`;
      return {
        code: "LC1105",
        message: `${name} is ${data}, but must be ${bound}`,
        fix: `write a number that is ${bound}`,
      };
    }
    case "pattern":
      if (data === "" && parent.minLength !== undefined) return undefined; // minLength says it
      return {
        code: "LC1106",
        message: `${name} has the wrong form: ${quote(data)}`,
        fix: patternFix(instancePath, String(data)),
      };
    case "minLength":
      return { code: "LC1106", message: `${name} is empty`, fix: "give at least one character" };
    case "maxLength": {
      const message = `${name} has ${[...String(data)].length} characters; at most ${params.limit} are allowed`;
      return { code: "LC1106", message, fix: "shorten it" };
    }
    case "minItems": {
      const items = (data as unknown[]).length;
      const message = items === 0 ? `${name} is empty` : `${name} has ${items === 1 ? "1 item" : `${items} items`}`;
      return { code: "LC1107", message, fix: `give at least ${params.limit} item${params.limit === 1 ? "" : "s"}` };
    }
    case "maxItems": {
      const message = `${name} has ${(data as unknown[]).length} items; at most ${params.limit} are allowed`;
      return { code: "LC1107", message, fix: "remove some" };
    }
    case "uniqueItems": {
      const pointer = `${instancePath}/${Math.max(params.i, params.j)}`;
      return { code: "LC1107", message: `${name} names the same thing twice`, fix: "remove one", pointer };
    }
    default:
      return undefined; // oneOf and $ref repeat what a keyword below them says
  }
}

const COMPARISONS = {
  minimum: "at least",
  exclusiveMinimum: "greater than",
  maximum: "at most",
  exclusiveMaximum: "less than",
} as const;

/** What places a layer in the model, or freezes it: of a wrapped layer, its wrapper has them. */
const WRAPPER_KEYS: ReadonlySet<string> = new Set(["name", "inputs", "trainable"]);

function unknownKeyFix(key: string, known: readonly string[]): string {
  if (suggest(key, known) === undefined) {
    const elsewhere = sameWord(key, allKeys());
    const places = elsewhere === undefined ? [] : sectionsWith(elsewhere);
    if (places.length > 0) return `\`${elsewhere}\` is a key of ${some(places)}`;
  }
  return suggestion(key, known);
}

/** The first of a long list, and how many more there are. */
function some(places: readonly string[]): string {
  const more = places.length - MAX_PLACES;
  return more <= 1 ? places.join(", ") : `${places.slice(0, MAX_PLACES).join(", ")} and ${more} others`;
}

const MAX_PLACES = 8;

/** "`learningRate: 0.001`", or the key alone where its value is a section. */
function exampleOf(key: string, { properties }: SchemaPart): string {
  const example = properties?.[key]?.examples?.[0];
  if (Array.isArray(example) && example.every((item) => typeof item === "number" || typeof item === "string"))
    return `\`${key}: [${example.join(", ")}]\``;
  if (typeof example === "object" || example === undefined) return `the section \`${key}:\``;
  return `\`${key}: ${example}\``;
}

/** A number in quotes, where a number can stand beside words: such a choice of words says no type. */
function isQuotedNumber(data: unknown, part: SchemaPart): boolean {
  return part.type === undefined && typeof data === "string" && data.trim() !== "" && Number.isFinite(Number(data));
}

/** The name that was meant, and all that there are. Some come only as the type of a map, with options. */
function enumFix(data: string, part: SchemaPart): Fix {
  const { enum: names = [] } = part;
  const definitions = Object.entries(schema().$defs ?? {});
  const map = schema().$defs?.[definitions.find(([, other]) => other === part)?.[0].replace(/Name$/, "Map") ?? ""];
  const near = suggest(data, names);
  const types = map !== undefined && near === undefined ? choicesOf(map).values : [];
  const type = suggest(data, types);
  if (type !== undefined) return mapOf("type", type, data, types);
  return [near === undefined ? oneOf(names) : `did you mean \`${near}\`?`, anotherWord(near, names)];
}

/** What to do in words, and what should stand there. */
type Fix = readonly [fix: string, replacement?: Replacement | undefined];

function anotherWord(word: string | undefined, known: readonly string[]): Replacement | undefined {
  return word === undefined ? undefined : { word, known };
}

/** A map in place of the name alone. */
function mapOf(tag: string, value: string, data: string, known: readonly string[]): Fix {
  const isSafe = data === value || isUnmistakable(data, known);
  return [`write a map with \`${tag}: ${value}\``, { text: () => `{ ${tag}: ${value} }`, isSafe }];
}

function oneOf(names: readonly unknown[]): string {
  return names.length === 1 ? `use ${names[0]}` : `use one of ${names.join(", ")}`;
}

/** Whether this is the key that tells the maps of a choice apart. */
function isTag({ enum: values }: SchemaPart): boolean {
  return Object.values(schema().$defs ?? {}).some(
    ({ then, properties = {} }) => then?.allOf !== undefined && Object.values(properties)[0]?.enum === values,
  );
}

/** `wanted`: a JSON type, or several joined by commas. */
function wrongType(name: string, data: unknown, wanted: string, parent: SchemaPart): Explanation {
  const message = `${name} is ${kindOfValue(data)}, but must be ${article(wanted)}`;
  const [fix, replacement] =
    parent.enum === undefined ? typeFix(data, wanted, choicesOf(parent)) : [oneOf(parent.enum)];
  return { code: "LC1103", message, fix, replacement };
}

function typeFix(data: unknown, wanted: string, { tag, values }: ReturnType<typeof choicesOf>): Fix {
  const listed = { text: (written: string) => `[${written}]` };
  if (typeof data !== "string")
    return wanted === "array" && data !== null && typeof data !== "object"
      ? [`write \`[${data}]\``, listed]
      : [`give ${article(wanted)}`];
  const number = Number(data.replaceAll("_", ""));
  if (wanted === "boolean" && /^(yes|on|y)$/i.test(data))
    return ["write `true`: YAML 1.2 has true and false only", { text: () => "true" }];
  if (wanted === "boolean" && /^(no|off|n)$/i.test(data))
    return ["write `false`: YAML 1.2 has true and false only", { text: () => "false" }];
  if (/^(true|false)$/i.test(data) && wanted === "boolean")
    return [`write \`${data.toLowerCase()}\` without quotes`, { text: () => data.toLowerCase() }];
  const fits = /^number\b/.test(wanted)
    ? Number.isFinite(number)
    : /^integer\b/.test(wanted) && Number.isInteger(number);
  if (fits && data.trim() !== "")
    return [`write \`${number}\`, without quotes and separators`, { text: () => `${number}` }];
  const value = suggest(data, values);
  if (value !== undefined) return mapOf(tag, value, data, values);
  if (wanted === "array" && /^[\w-]{1,60}$/.test(data)) return [`write \`[${data}]\``, listed];
  return [`give ${article(wanted)}`];
}

/** The key that tells maps apart (`type`, `schedule`) is missing. */
function missingTag(
  pointer: string,
  data: Readonly<Record<string, unknown>>,
  { tag: key, values: types }: ReturnType<typeof choicesOf>,
): Explanation {
  const words = Object.entries(data)
    .flat()
    .filter((word) => typeof word === "string");
  const type = words.map((word) => sameWord(word, types)).find((known) => known !== undefined);
  const fix =
    type === undefined
      ? `add \`${key}:\` and one of ${types.join(", ")}`
      : `write \`${key}: ${type}\`, and the other keys beside it`;
  // The key in another spelling, or another key with a value of it.
  const meant = Object.entries(data).find(
    ([other, word]) => sameWord(other, [key]) !== undefined || (typeof word === "string" && sameWord(word, types)),
  )?.[0];
  const replacement =
    meant === undefined
      ? {}
      : { replacement: { word: key, known: [key] }, misspelt: `${pointer}/${escapePointer(meant)}` };
  return { code: "LC1102", message: `${label(pointer)} lacks the key \`${key}\``, fix, ...replacement };
}

function wrongConstant(name: string, data: unknown, wanted: unknown): Explanation {
  const quoted = typeof data === "string" && data.trim() === String(wanted);
  const code = typeof data === typeof wanted ? "LC1104" : "LC1103";
  const message =
    code === "LC1104"
      ? `${name} cannot be ${quote(data)}`
      : `${name} is ${kindOfValue(data)}, but must be ${quote(wanted)}`;
  const replacement = quoted ? { text: () => String(wanted) } : undefined;
  return { code, message, fix: `write \`${wanted}\`${quoted ? " without quotes" : ""}`, replacement };
}

function patternFix(pointer: string, text: string): string {
  if (pointer === "/name") {
    const near = text
      .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^[^A-Za-z]+|-+$/g, "")
      .toLowerCase()
      .slice(0, 64)
      .replace(/-$/, "");
    return `use lower-case words joined by hyphens${near === "" ? "" : `, such as ${near}`}`;
  }
  if (pointer.endsWith("/name")) return "use a lower-case letter, then letters and digits, such as encoder1";
  return "leave out backslashes and control characters; folders are joined by /";
}
