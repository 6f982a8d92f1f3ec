import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Diagnostic } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import { escapePointer, type Source } from "../load/load.ts";
import type { ModelSpec } from "../spec/types.ts";
import { suggestion } from "./suggest.ts";

/** The JSON Schema's text: one file for people, editors and this compiler. */
export function schemaText(): string {
  return readFileSync(new URL("../../schemas/model-spec.v1.schema.json", import.meta.url), "utf8");
}

let validateSpec: ValidateFunction<ModelSpec> | undefined;

function validator(): ValidateFunction<ModelSpec> {
  validateSpec ??= new Ajv2020({
    allErrors: true,
    discriminator: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  }).compile<ModelSpec>(JSON.parse(schemaText()));
  return validateSpec;
}

/** Checks a value against the schema. Returns a copy with every default filled in, or diagnostics. */
export function checkSchema(source: Source): { diagnostics: Diagnostic[]; spec?: ModelSpec } {
  const validate = validator();
  const value: unknown = structuredClone(source.value);
  if (validate(value)) return { diagnostics: [], spec: value };
  const diagnostics: Diagnostic[] = [];
  for (const error of validate.errors ?? []) {
    const diagnostic = explain(error, source);
    if (diagnostic !== undefined) diagnostics.push(diagnostic);
  }
  return { diagnostics };
}

/** One ajv error in words; undefined for those that only repeat another. */
function explain(error: ErrorObject, source: Source): Diagnostic | undefined {
  const { instancePath, keyword, params, data } = error;
  const name = instancePath === "" ? "the spec" : `\`${instancePath.slice(instancePath.lastIndexOf("/") + 1)}\``;
  const make = (
    code: DiagnosticCode,
    message: string,
    fix: string,
    pointer = instancePath,
    kind: "key" | "value" = "value",
  ): Diagnostic => {
    const { line, column, ...range } = source.position(pointer, kind);
    return { code, severity: "error", file: source.file, range, line, column, message, fix };
  };
  const parent = error.parentSchema as
    | { properties?: object; enum?: string[]; const?: unknown; oneOf?: unknown }
    | undefined;
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const known = Object.keys(parent?.properties ?? {});
      const where = `${instancePath}/${escapePointer(key)}`;
      return make("LC1101", `unknown key \`${key}\``, suggestion(key, known), where, "key");
    }
    case "required": {
      const key = String(params.missingProperty);
      const schema = (parent?.properties as Record<string, { examples?: unknown[] }> | undefined)?.[key];
      const example = schema?.examples?.[0];
      const shown = example === undefined ? "…" : typeof example === "string" ? example : JSON.stringify(example);
      return make("LC1102", `${name} lacks the key \`${key}\``, `add \`${key}: ${shown}\``);
    }
    case "type": {
      const wanted = String(params.type);
      const hint =
        typeof data === "string" && /^(yes|no|on|off)$/i.test(data) && wanted === "boolean"
          ? " (YAML 1.2 knows true and false only)"
          : typeof data === "string" && wanted !== "string" && data.trim() !== "" && Number.isFinite(Number(data))
            ? " (quotes make it text: remove them)"
            : "";
      return make(
        "LC1103",
        `${name} is ${kindOf(data)}, but must be ${article(wanted)}${hint}`,
        `give ${article(wanted)}`,
      );
    }
    case "discriminator": {
      const tag = String(params.tagValue ?? "");
      const known = tagsOf(error);
      if (params.tagValue === undefined)
        return make("LC1102", `${name} lacks the key \`type\``, `add \`type\`: one of ${known.join(", ")}`);
      return make("LC1104", `unknown type \`${tag}\``, suggestion(tag, known), `${instancePath}/type`);
    }
    case "enum":
      return make("LC1104", `${name} cannot be ${JSON.stringify(data)}`, suggestion(String(data), parent?.enum ?? []));
    case "const":
      return make("LC1104", `${name} cannot be ${JSON.stringify(data)}`, `use ${JSON.stringify(parent?.const)}`);
    case "minimum":
    case "exclusiveMinimum":
    case "maximum":
    case "exclusiveMaximum":
      return make(
        "LC1105",
        `${name} is ${data}, but must be ${params.comparison} ${params.limit}`,
        `give a number ${params.comparison} ${params.limit}`,
      );
    case "pattern":
    case "minLength":
    case "maxLength":
      return make(
        "LC1106",
        `${name} has the wrong form: ${JSON.stringify(data)?.slice(0, 80)}`,
        keyword === "pattern"
          ? patternFix(instancePath, String(data))
          : `give ${keyword === "minLength" ? "at least" : "at most"} ${params.limit} characters`,
      );
    case "minItems":
    case "maxItems":
      return make(
        "LC1107",
        `${name} has ${(data as unknown[]).length} items`,
        `give ${keyword === "minItems" ? "at least" : "at most"} ${params.limit}`,
      );
    case "uniqueItems":
      return make("LC1107", `${name} names the same thing twice`, "remove one", `${instancePath}/${params.i}`);
    default:
      return undefined; // oneOf and $ref repeat what a keyword below them says
  }
}

function tagsOf(error: ErrorObject): string[] {
  const schema = JSON.parse(schemaText()) as {
    $defs: Record<string, { properties?: { type?: { const?: string } }; oneOf?: { $ref: string }[] }>;
  };
  const refs = (error.parentSchema as { oneOf?: { $ref?: string }[] } | undefined)?.oneOf ?? [];
  return refs.flatMap(({ $ref }) => schema.$defs[$ref?.split("/").pop() ?? ""]?.properties?.type?.const ?? []);
}

function patternFix(pointer: string, text: string): string {
  if (pointer === "/name") {
    const near = text
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^[^A-Za-z]+|-+$/g, "")
      .toLowerCase();
    return `use lower-case words joined by hyphens${near === "" ? "" : `, such as ${near}`}`;
  }
  if (pointer.endsWith("/name")) return "use a letter, then letters and digits, such as encoder1";
  return "leave out backslashes and control characters";
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return `the ${typeof value} ${String(value)}`;
}

function article(type: string): string {
  const words: Record<string, string> = {
    object: "a map",
    array: "a list",
    string: "text",
    integer: "an integer",
    number: "a number",
    boolean: "true or false",
  };
  return words[type] ?? type;
}
