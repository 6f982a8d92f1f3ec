import { choicesOf, schema } from "../../schema/schema-file.ts";
import { type Field, type JsonMap, refuse, shortJson } from "../field.ts";
import { titleOf } from "./graph.ts";
import { camelCase } from "./names.ts";
import type { ImportContext } from "./options.ts";

const SPELLINGS: Readonly<Record<string, string>> = { silu: "swish" };

export function readActivation(
  field: Field,
  node: { name: string; className: string },
  { path, dialect }: ImportContext,
): string {
  if (!field.isGiven) return "linear";
  const { value } = field;
  const known = (schema().$defs?.Activation?.enum ?? []) as readonly string[];
  const name = typeof value === "string" ? camelCase(value) : undefined;
  const spelled = name && (SPELLINGS[name] ?? name);
  if (spelled === undefined || !known.includes(spelled)) {
    const key = field.place.split(".").at(-1);
    refuse(
      path,
      `${titleOf(node)}: ${key} is ${shortJson(value)}, which no spec knows (${field.place})`,
      `use one of ${known.join(", ")}`,
    );
  }
  // Before Keras 3 it is clip(0.2 x + 0.5, 0, 1).
  return spelled === "hardSigmoid" && dialect !== "keras3" ? "hardSigmoid02" : spelled;
}

export interface Serialized {
  readonly class_name: string;
  readonly config: JsonMap;
}

/** A name, or { class_name, config }; undefined for nothing. A function has its name as its config. */
export function serialized(field: Field): Serialized | undefined {
  if (!field.isGiven) return undefined;
  if (typeof field.value === "string") return { class_name: field.value, config: {} };
  const className = field.at("class_name").text();
  const config = field.at("config");
  if (className === "function" && typeof config.value === "string") return { class_name: config.value, config: {} };
  return { class_name: className.replace(/^.*>/, ""), config: config.optionalMap() };
}

const SCALED: Readonly<Record<string, string>> = {
  "1 fan_avg uniform": "glorotUniform",
  "1 fan_avg normal": "glorotNormal",
  "2 fan_in uniform": "heUniform",
  "2 fan_in normal": "heNormal",
  "1 fan_in uniform": "lecunUniform",
  "1 fan_in normal": "lecunNormal",
};

/** Initialisers only matter for a training that starts anew. */
export function readInitializer(field: Field, where: string, context: ImportContext): string | object | undefined {
  const { class_name = "", config = {} } = serialized(field) ?? {};
  const plain = camelCase(class_name.replace(/Initializer$/, ""));
  const type = (plain.charAt(0).toLowerCase() + plain.slice(1)).replace(/^leCun/, "lecun");
  const distribution = String(config.distribution).replace(/^truncated_/, "");
  const scaled = type === "varianceScaling" ? SCALED[`${config.scale} ${config.mode} ${distribution}`] : undefined;
  if (scaled !== undefined) return scaled;
  const { $defs = {} } = schema();
  const options = initializerOptions(type, config);
  if (options !== undefined) {
    if (Object.keys(options).length === 0 && $defs.InitializerName?.enum?.includes(type)) return type;
    if (choicesOf($defs.InitializerMap ?? {}).values.includes(type)) return { type, ...options };
  }
  context.notExpressed(`${where} ${shortJson({ [class_name]: config }, 300)}`);
  return undefined;
}

/** Those that are not the defaults of a spec; undefined where a spec cannot say them. */
function initializerOptions(type: string, config: JsonMap): object | undefined {
  const { properties = {} } = schema().$defs?.[`${type.charAt(0).toUpperCase()}${type.slice(1)}Initializer`] ?? {};
  const options: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(config)) {
    if (key === "seed" || key === "dtype" || given === null) continue;
    const option = Object.hasOwn(properties, key) ? properties[key] : undefined;
    // Before Keras 3 that is the name of the truncated one.
    const value = given === "normal" ? "truncatedNormal" : typeof given === "string" ? camelCase(given) : given;
    const fits = typeof value === "string" ? option?.enum?.includes(value) : typeof value === typeof option?.default;
    if (option === undefined || fits !== true) return undefined;
    if (value !== option.default) options[key] = value;
  }
  return options;
}

export function readRegularizer(field: Field, where: string, context: ImportContext): object | undefined {
  const found = serialized(field);
  if (found === undefined) return undefined;
  const { class_name } = found;
  const strength = (key: string): number => {
    const value = field.at("config").at(key);
    return value.isGiven ? value.number() : 0;
  };
  if (!/^l1$|^l2$|^l1_?l2$/i.test(class_name)) {
    context.notExpressed(`${where} ${class_name}`);
    return undefined;
  }
  const [l1, l2] = [strength("l1"), strength("l2")];
  const parts = { ...(l1 ? { l1 } : {}), ...(l2 ? { l2 } : {}) };
  return Object.keys(parts).length === 0 ? undefined : parts;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  MaxNorm: "maxNorm",
  NonNeg: "nonNeg",
  UnitNorm: "unitNorm",
  MinMaxNorm: "minMaxNorm",
};

export function readConstraint(field: Field, where: string, context: ImportContext): object | undefined {
  const found = serialized(field);
  if (found === undefined) return undefined;
  const type = Object.hasOwn(CONSTRAINTS, found.class_name) ? CONSTRAINTS[found.class_name] : undefined;
  const options = Object.entries(found.config).map(([key, option]) => [camelCase(key), option]);
  if (type === undefined || options.some(([, option]) => typeof option !== "number")) {
    context.notExpressed(`${where} ${found.class_name}`);
    return undefined;
  }
  return { type, ...Object.fromEntries(options) };
}
