// Compiles the JSON Schema into JavaScript: schemas/model-spec.v1.js, which git ignores. The compiler loads it at once and needs neither ajv
// nor `eval`. Runs with every build and before tests; where nothing has changed it takes a moment.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const from = new URL("../schemas/model-spec.v1.schema.json", import.meta.url);
const to = new URL("../schemas/model-spec.v1.js", import.meta.url);

/** Code points, as JSON Schema counts; an unpaired surrogate is one. */
function lengthOf(text) {
  return [...text].length;
}

/** Places of the first two items that are equal. ajv's own compares each item with each other: seconds for a list of thousands. */
function repeated(items) {
  const firsts = new Map();
  for (const [j, item] of items.entries()) {
    const text = canonical(item);
    if (firsts.has(text)) return { i: firsts.get(text), j };
    firsts.set(text, j);
  }
  return undefined;
}

/** Text that equal values share, in whatever order their keys stand. */
function canonical(value) {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The module's text. Its validator reports with parts of the very schema that it exports, as ajv does. */
function moduleText(schema) {
  const { _ } = require("ajv");
  const { Ajv2020 } = require("ajv/dist/2020.js");
  const { default: standaloneCode } = require("ajv/dist/standalone/index.js");
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    keywords: ["tsType", "enumDescriptions"], // for the generated types, and for editors
    code: { source: true, esm: true },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    error: { message: "must NOT have duplicate items", params: ({ params }) => params.found },
    code(context) {
      if (context.schema !== true) return;
      const find = context.gen.scopeValue("func", { ref: repeated, code: _`repeated` });
      const found = context.gen.const("found", _`${find}(${context.data})`);
      context.setParams({ found });
      context.fail(_`${found} !== undefined`);
    },
  });
  let name = "";
  let code = standaloneCode(ajv, ajv.compile(schema))
    .replace(/^"use strict";export const validate = (\w+);export default \1;/, (_all, its) => {
      name = its;
      return "";
    })
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', "lengthOf");
  const parts = Object.entries(schema.$defs).map(([key, part]) => [`schema.$defs.${key}`, part]);
  for (const [path, part] of [["schema", schema], ...parts]) {
    code = code.replaceAll(`= ${JSON.stringify(part)};`, `= ${path};`);
  }
  const foreign = /\brequire\(|\bexport\b|const schema\d+ = \{/.exec(code);
  if (foreign !== null)
    throw new Error(`ajv wrote what was not expected: ${code.slice(foreign.index, foreign.index + 80)}`);
  return [
    `export const schema = ${JSON.stringify(schema)};`,
    ...[lengthOf, repeated, canonical].map(String),
    code,
    `export const validate = ${name};`,
    "",
  ].join("\n");
}

export default function generateValidator() {
  const schema = readFileSync(from, "utf8");
  const hash = createHash("sha256");
  for (const text of [schema, readFileSync(new URL(import.meta.url), "utf8"), require("ajv/package.json").version]) {
    hash.update(text);
  }
  const head = `// Generated from model-spec.v1.schema.json by scripts/generate-validator.js (${hash.digest("hex")}).\n`;
  if (existsSync(to) && readFileSync(to, "utf8").startsWith(head)) return;
  const whole = new URL(`${to.href}.${process.pid}`); // two that do this at once do not see half a file
  writeFileSync(whole, head + moduleText(JSON.parse(schema)));
  renameSync(whole, to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateValidator();
