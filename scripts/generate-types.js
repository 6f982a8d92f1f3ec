// Writes what definitions of layers and sources say into the JSON Schema, completes it, and writes src/core/spec/types.ts from it.
// With --check: exits 1 where one of them is stale.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { tsImport } from "tsx/esm/api";
import { completed, withDefinitions } from "./schema.js";

const { LAYERS } = await tsImport("../src/core/layers/layers.ts", import.meta.url);
const { layerDefinitions } = await tsImport("../src/core/layers/schema-definitions.ts", import.meta.url);
const { SOURCES } = await tsImport("../src/core/sources/sources.ts", import.meta.url);
const { sourceDefinitions } = await tsImport("../src/core/sources/schema-definitions.ts", import.meta.url);

const schemaPath = fileURLToPath(new URL("../schemas/model-spec.v1.schema.json", import.meta.url));
const typesPath = fileURLToPath(new URL("../src/core/spec/types.ts", import.meta.url));

/** A reference with a default beside it would be inlined: the type of a property is the reference alone. */
function withPlainReferences(value) {
  if (Array.isArray(value)) return value.map(withPlainReferences);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") return { $ref: value.$ref };
  if (value.then?.allOf !== undefined)
    return { title: value.title, description: value.description, oneOf: value.then.allOf.map(({ then }) => then) };
  if (value.if !== undefined) return { description: value.description, anyOf: [{ type: "number" }, value.then] }; // a number, or a map that `then` checks
  const { description = value.properties?.type?.description ?? value.properties?.schedule?.description } = value;
  const described =
    description === undefined || value.additionalProperties !== false ? value : { ...value, description };
  return Object.fromEntries(Object.entries(described).map(([key, item]) => [key, withPlainReferences(item)]));
}

/** The schema anew: of layers and sources what their definitions say, of everything else what the file says. */
function assembled() {
  const committed = JSON.parse(readFileSync(schemaPath, "utf8"));
  const Layer = layerDefinitions(Object.values(LAYERS));
  const Source = sourceDefinitions(Object.values(SOURCES));
  return completed(withDefinitions(committed, { Layer, Source }));
}

export async function generateTypes() {
  const text = await compile(withPlainReferences(assembled()), "ModelSpec", {
    additionalProperties: false,
    bannerComment: "// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.",
    maxItems: 0,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120 },
  });
  return text.replaceAll(/\{\s+\[k: string\]: (\w+);\s+\}/g, "Readonly<Record<string, $1>>"); // maps with names of people's own
}

/** The schema's text, formatted like all files here. */
function schemaText() {
  const text = JSON.stringify(assembled(), null, 2);
  const biome = fileURLToPath(new URL("../node_modules/@biomejs/biome/bin/biome", import.meta.url));
  const format = [biome, "format", "--stdin-file-path", schemaPath];
  return execFileSync(process.execPath, format, { input: `${text}\n`, encoding: "utf8", maxBuffer: 1 << 26 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const current = [
    ["schemas/model-spec.v1.schema.json", schemaPath, schemaText()],
    ["src/core/spec/types.ts", typesPath, await generateTypes()],
  ];
  for (const [name, path, text] of current) {
    if (readFileSync(path, "utf8") === text) continue;
    if (process.argv.includes("--check")) {
      console.error(`${name} is stale: run \`npm run types\``);
      process.exitCode = 1;
    } else {
      writeFileSync(path, text);
    }
  }
}
