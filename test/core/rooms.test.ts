import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src");

interface Import {
  /** Posix path from src/. */
  readonly file: string;
  /** The same of a file that it imports; the name of a package or of a part of Node. */
  readonly target: string;
}

/** Imports of every file of src/, also those of types and those that come late. */
const IMPORTS: readonly Import[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .flatMap((path) => {
    const file = path.split(sep).join("/");
    const text = readFileSync(join(SRC, path), "utf8");
    return ts.preProcessFile(text).importedFiles.map(({ fileName }) => {
      return { file, target: fileName.startsWith(".") ? posix.join(posix.dirname(file), fileName) : fileName };
    });
  });

/** Imports of the files under `room` that `refused` names, as "file: target". */
function refusedIn(room: string, refused: (target: string) => boolean): string[] {
  const own = IMPORTS.filter(({ file, target }) => file.startsWith(`${room}/`) && refused(target));
  return own.map(({ file, target }) => `${file}: ${target}`);
}

const isIn = (target: string, ...rooms: string[]): boolean => rooms.some((room) => target.startsWith(`${room}/`));

describe("the rooms of src/", () => {
  it("are read with their imports", () => {
    expect(IMPORTS).toContainEqual({ file: "core/compile.ts", target: "core/emit/emit.ts" });
    expect(IMPORTS).toContainEqual({ file: "core/emit/write.ts", target: "ts-morph" });
    expect(IMPORTS).toContainEqual({ file: "cli/command-line.ts", target: "cli/compile-command.ts" });
    expect(IMPORTS).toContainEqual({ file: "node.ts", target: "node:fs" });
  });

  it("core imports nothing of Node", () => {
    expect(refusedIn("core", (target) => target.startsWith("node:"))).toEqual([]);
  });

  it.each([
    ["core", ["program", "cli"]],
    ["program", ["cli"]],
    ["support", ["core", "program", "cli"]],
    ["core/load", ["core/schema", "core/rules", "core/plan", "core/emit"]],
    ["core/schema", ["core/rules", "core/plan", "core/emit"]],
    ["core/rules", ["core/emit"]],
    ["core/plan", ["core/emit"]],
    ["core/sources", ["core/emit"]],
    ["core/tasks", ["core/emit"]],
    ["core/formats", ["core/emit"]],
  ])("%s imports none of %j", (room, above) => {
    expect(refusedIn(room, (target) => isIn(target, ...above) || target === "node.ts")).toEqual([]);
  });

  it("support imports Node, TensorFlow.js and itself, its tables DuckDB", () => {
    const isAllowed = (target: string): boolean =>
      target.startsWith("node:") || target.startsWith("@tensorflow/") || isIn(target, "support");
    const isTable = (line: string): boolean => line === "support/table/engine.ts: @duckdb/node-api";
    expect(refusedIn("support", (target) => !isAllowed(target)).filter((line) => !isTable(line))).toEqual([]);
  });
});
