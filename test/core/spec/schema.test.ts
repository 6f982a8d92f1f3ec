import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

interface Part {
  type?: string;
  description?: string;
  examples?: unknown[];
  $ref?: string;
  default?: unknown;
  properties?: Record<string, Part>;
  required?: string[];
  then?: { allOf?: Part[] };
  additionalProperties?: boolean;
  $defs?: Record<string, Part>;
}

const schema = JSON.parse(readFileSync("schemas/model-spec.v1.schema.json", "utf8")) as Part;
const parts = Object.entries({ ModelSpec: schema, ...schema.$defs });
/** What is no choice of maps: each of those is one of these. */
const maps = parts.filter(([, { properties, then }]) => properties !== undefined && then?.allOf === undefined);

/** Optional keys that mean something by their absence, which the description says. */
const WITHOUT_DEFAULT =
  "name inputs units features strides quantiles clipNorm clipValue globalClipNorm ema overwriteFrequency warmupTarget".split(
    " ",
  );

describe("the schema", () => {
  it("is closed: no map takes unknown keys", () => {
    expect(maps.filter(([, part]) => part.additionalProperties !== false).map(([name]) => name)).toEqual([]);
  });

  it.each(maps)("%s describes each key, with examples that are valid", (_name, { properties, required = [] }) => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(schema, "spec");
    for (const [key, property] of Object.entries(properties!)) {
      if (["dataset", "optimizer", "training"].includes(key)) continue; // sections of their own
      expect(property.description, key).toBeTruthy();
      expect(property.examples?.length, key).toBeGreaterThan(0);
      const saysWhatAbsenceMeans = /\bDefault: |^Given /.test(property.description!);
      if (!required.includes(key) && !saysWhatAbsenceMeans && !WITHOUT_DEFAULT.includes(key))
        expect(property, key).toHaveProperty("default");
      const resolved = JSON.parse(JSON.stringify(property).replaceAll('"#/', '"spec#/')) as Part;
      const values = [...property.examples!, ...("default" in property ? [property.default] : [])];
      for (const value of values) expect(ajv.validate(resolved, value), `${key}: ${JSON.stringify(value)}`).toBe(true);
    }
  });

  it("has the types of src/core/spec/types.ts", () => {
    execFileSync(process.execPath, ["scripts/generate-types.js", "--check"], { stdio: "pipe" });
    expect(readFileSync("src/core/spec/types.ts", "utf8")).not.toMatch(/\[\w+: string\]/);
  });
});
