import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { sep } from "node:path";
import { describe, expect, it } from "vitest";

const PAGE = readFileSync("ARCHITECTURE.md", "utf8");

/** Paths of the tree that the page draws, by indentation. */
function drawnPaths(): string[] {
  const lines = PAGE.split("\n").filter((line) => /^ {4,}[a-z0-9-]+\//.test(line));
  const parents: string[] = [];
  return lines.map((line) => {
    const depth = (line.length - line.trimStart().length - 4) / 2;
    parents.length = depth;
    parents.push(line.trimStart().split(/\s/)[0]!);
    return parents.join("");
  });
}

/** Folders below `path` that have files in them, at any depth. */
function folders(path: string): string[] {
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).map(
    (name) => `${path}/${name.split(sep).join("/")}`,
  );
  const inside = files.filter((file) => statSync(file).isFile()).map((file) => file.split("/").slice(0, -1));
  const all = inside.flatMap((parts) => parts.map((_, depth) => `${parts.slice(0, depth + 1).join("/")}/`));
  return [...new Set(all)].filter((folder) => folder !== `${path}/`);
}

describe("ARCHITECTURE.md", () => {
  it("draws the folders of src/ as they are", () => {
    const drawn = drawnPaths();
    const src = drawn.filter((path) => path.startsWith("src/") && path !== "src/");
    // Files of one kind each lie in folders of their own: they need no words.
    const real = folders("src").filter((path) => !/^src\/support\/nn\/./.test(path));
    expect([...src].sort()).toEqual(real.sort());
    expect(drawn.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("names files that exist", () => {
    const named = [...PAGE.matchAll(/`((?:src|test|docs|bench|schemas)\/[^`<]*)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("is one page", () => {
    expect(PAGE.split("\n").length).toBeLessThan(100);
  });
});
