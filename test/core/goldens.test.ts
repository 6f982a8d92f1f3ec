import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { load } from "../../src/core/load/load.ts";
import { compile } from "../../src/node.ts";
import { CHOICES } from "../random/specs.ts";

/** One folder per feature: spec.yaml, and what it compiles to but for the support files. UPDATE=1 (`npm run accept`) rewrites. */
const CASES = "test/cases/programs";
const COMPARED = ["data.ts", "model.ts", "train.ts"];

const features = readdirSync(CASES).sort();

function filesOf(feature: string): ReadonlyMap<string, string> {
  const { program, diagnostics } = compile(readFileSync(`${CASES}/${feature}/spec.yaml`), { headerPath: "spec.yaml" });
  expect(diagnostics, feature).toEqual([]);
  expect(program!.name).toBe(feature);
  return program!.files;
}

/** All names that a spec mentions, such as the types of its layers. */
function wordsOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return Object.entries(value).flatMap(([key, member]) => [key, ...wordsOf(member)]);
}

describe("test/cases/programs", () => {
  it.each(features)("%s compiles to its files, byte for byte, and has no others", (feature) => {
    const files = filesOf(feature);
    const folder = `${CASES}/${feature}`;
    if (process.env.UPDATE) {
      for (const name of readdirSync(folder))
        if (name !== "spec.yaml") rmSync(`${folder}/${name}`, { recursive: true });
      for (const name of COMPARED) writeFileSync(`${folder}/${name}`, files.get(name)!);
    }
    expect(readdirSync(folder).sort()).toEqual([...COMPARED, "spec.yaml"].sort());
    for (const name of COMPARED) expect(readFileSync(`${folder}/${name}`, "utf8"), name).toBe(files.get(name));
  });

  it("shows every layer, dataset, optimizer, schedule, loss, metric, initializer, constraint and activation", () => {
    const specs = features.map((feature) => load(readFileSync(`${CASES}/${feature}/spec.yaml`), feature).source!.value);
    const shown = new Set(wordsOf(specs));
    for (const [kind, names] of Object.entries(CHOICES)) {
      const missing = names.filter((name) => !shown.has(name));
      expect(missing, `${kind} of no spec in ${CASES}`).toEqual([]);
    }
  });

  it("passes strict type checks, and declares nothing that it does not use", () => {
    const texts = new Map<string, string>();
    for (const feature of features) {
      for (const [path, text] of filesOf(feature)) {
        if (!path.endsWith(".ts") || path.startsWith("support/")) continue;
        // One copy of the support files serves all programs: the sources.
        const code = text.replaceAll('"./support/', '"../../../../src/support/');
        texts.set(resolve(CASES, feature, path), code);
      }
    }
    const options: ts.CompilerOptions = {
      ...ts.convertCompilerOptionsFromJson(JSON.parse(readFileSync("tsconfig.json", "utf8")).compilerOptions, ".")
        .options,
      noUnusedLocals: true,
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile } = host;
    host.fileExists = (path) => texts.has(path) || fileExists(path);
    host.readFile = (path) => texts.get(path) ?? readFile(path);
    const errors = ts.getPreEmitDiagnostics(ts.createProgram([...texts.keys()], options, host));
    const shown = errors.slice(0, 20).map(({ file, start, messageText }) => {
      const line = file === undefined ? "" : `:${file.getLineAndCharacterOfPosition(start!).line + 1}`;
      return `${file?.fileName}${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
    expect(shown).toEqual([]);
  });
});
