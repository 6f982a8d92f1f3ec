// Writes src/spec/types.ts from the JSON Schema. With --check: exits 1 where the file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const schemaPath = fileURLToPath(new URL("../schemas/model-spec.v1.schema.json", import.meta.url));
const typesPath = fileURLToPath(new URL("../src/spec/types.ts", import.meta.url));

/** A reference with a default beside it would be inlined: the type of a property is the reference alone. */
function withPlainReferences(value) {
  if (Array.isArray(value)) return value.map(withPlainReferences);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") return { $ref: value.$ref };
  if (value.if !== undefined) return { description: value.description, anyOf: [{ type: "number" }, value.then] }; // a number, or a map that `then` checks
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainReferences(item)]));
}

export async function generateTypes() {
  const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
  const text = await compile(withPlainReferences(schema), "ModelSpec", {
    additionalProperties: false,
    bannerComment: "// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.",
    maxItems: 0,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120 },
  });
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await generateTypes();
  if (process.argv.includes("--check")) {
    if (readFileSync(typesPath, "utf8") !== text) {
      console.error("src/spec/types.ts is stale: run `npm run types`");
      process.exitCode = 1;
    }
  } else {
    writeFileSync(typesPath, text);
  }
}
