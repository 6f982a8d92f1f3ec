import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CODES } from "../../../src/core/diagnostic-codes.ts";
import type { SourceType } from "../../../src/core/sources/source.ts";
import { sourceOf } from "../../../src/core/sources/sources.ts";
import { taskOf } from "../../../src/core/tasks/tasks.ts";
import { CHOICES } from "../../random/specs.ts";

const SOURCES = CHOICES.datasets as readonly SourceType[];
const CORE = "src/core";

/** Where the name of a source is a word of its own, and why. */
const OTHER_MEANINGS: Readonly<Record<string, readonly string[]>> = {
  "diagnostic.ts": ["text"], // a format of diagnostics
  "emit/predict/forecasts.ts": ["csv", "text"], // options of the generated program
  "emit/predict/generate.ts": ["text"], // an option of the generated program
  "schema/replacement.ts": ["text"], // an edit
  "schema/words.ts": ["text"], // what people call a string
  "formats/found.ts": ["arrays"], // writes a spec
};

function files(): string[] {
  return readdirSync(CORE, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !file.startsWith("sources/") && file !== "spec/types.ts");
}

describe("what is particular to a source", () => {
  it("stands in its definition: no other file of the core names a source to know something of it", () => {
    expect(SOURCES).toHaveLength(7);
    const names = new RegExp(`"(${SOURCES.join("|")})"`, "g");
    const found: string[] = [];
    for (const file of files()) {
      const named = new Set([...readFileSync(`${CORE}/${file}`, "utf8").matchAll(names)].map(([, name]) => name!));
      for (const name of named) if (!OTHER_MEANINGS[file]?.includes(name)) found.push(`${file}: ${name}`);
    }
    expect(found).toEqual([]);
  });

  it("has no exception that is not needed any more", () => {
    for (const [file, names] of Object.entries(OTHER_MEANINGS)) {
      const text = readFileSync(`${CORE}/${file}`, "utf8");
      for (const name of names) expect(text, file).toContain(`"${name}"`);
    }
  });

  it.each(SOURCES)("%s has a definition, a loader of its name, and a task", (type) => {
    const source = sourceOf({ type });
    expect(source.type).toBe(type);
    const loader = readFileSync(`src/${source.loader.module.replace("./", "")}`, "utf8");
    expect(loader).toMatch(new RegExp(`^export (async )?function ${source.loader.name}\\b`, "m"));
    expect(source.loader.module).toBe(type === "table" ? "./support/table/load.ts" : `./support/data/${type}.ts`);
    expect(taskOf({ type }).type).toBe(source.task);
  });

  it("is what the diagnostics of datasets are made from", () => {
    const texts = readdirSync(`${CORE}/sources`).map((file) => readFileSync(`${CORE}/sources/${file}`, "utf8"));
    const codes = new Set(texts.flatMap((text) => [...text.matchAll(/"(LC\d+)"/g)].map(([, code]) => code!)));
    for (const code of codes) expect(CODES).toHaveProperty(code);
    for (const code of ["LC1240", "LC1241", "LC1260", "LC1261", "LC1262", "LC1264", "LC2001"])
      expect(codes).toContain(code);
  });
});

describe("a task", () => {
  it("is named by no file but its definition, its programs and the list of tasks", () => {
    const tasks = new Set(SOURCES.map((type) => taskOf({ type }).type));
    const found: string[] = [];
    for (const file of files()) {
      if (file.startsWith("tasks/") || file.startsWith("emit/predict/")) continue;
      const text = readFileSync(`${CORE}/${file}`, "utf8");
      for (const task of tasks) if (text.includes(`"${task}"`)) found.push(`${file}: ${task}`);
    }
    expect(found).toEqual([]);
  });
});
