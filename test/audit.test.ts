import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROLES, type Role } from "../src/core/emit/roles.ts";
import { compile, type GeneratedProgram, supportList } from "../src/node.ts";
import { unpackTarball } from "../src/program/tarball.ts";
import { sha256 } from "../src/support/system/sha256.ts";

interface Manifest {
  readonly runtime: { readonly name: string; readonly file: string; readonly contents: string };
  readonly support: { readonly sha256: string };
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  readonly files: Readonly<Record<string, string>>;
}

function compiled(spec: string): { program: GeneratedProgram; manifest: Manifest } {
  const program = compile(readFileSync(`specs/${spec}.yaml`)).program!;
  return { program, manifest: JSON.parse(program.files.get("manifest.json")!) as Manifest };
}

const listed = new Map(
  supportList()
    .trimEnd()
    .split("\n")
    .map((line) => [line.slice(66), line.slice(0, 64)]),
);

describe("what there is to audit", () => {
  const { program, manifest } = compiled("mnist-lstm");
  const lines = (paths: Iterable<string>): number =>
    [...paths]
      .filter((path) => path.endsWith(".ts"))
      .reduce((sum, path) => sum + program.files.get(path)!.split("\n").length - 1, 0);

  it("of the reference model is at most 4,000 lines of TypeScript, of which at most 1,800 decide numbers", () => {
    expect(lines(program.files.keys())).toBeLessThanOrEqual(4000);
    expect(lines(manifest.roles.numbers)).toBeLessThanOrEqual(1800);
    expect(lines(manifest.roles.numbers)).toBeGreaterThan(1000);
  });

  it("has one role for every file", () => {
    const files = ROLES.flatMap((role) => manifest.roles[role]);
    expect(files.sort()).toEqual(Object.keys(manifest.files).sort());
    expect(Object.keys(manifest.roles)).toEqual(ROLES);
  });

  it("is told by the model card, in lines by role", () => {
    const card = program.files.get("README.md")!;
    const total = lines(program.files.keys()).toLocaleString("en-US");
    const numbers = lines(manifest.roles.numbers).toLocaleString("en-US");
    expect(card).toContain(`${total} lines of TypeScript: ${numbers} numbers`);
    // Every file with lines to read stands in the table, by its name or its folder's.
    const named = [...card.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path!);
    const unnamed = [...program.files.keys()]
      .filter((path) => path.endsWith(".ts"))
      .filter((path) => !named.some((name) => path === name || (name.endsWith("/") && path.startsWith(name))));
    expect(unnamed).toEqual([]);
    expect(card).toContain(manifest.support.sha256);
  });

  it.each(["mnist-lstm", "quickstart"])("of %s in support/ is what the list of the compiler version has", (spec) => {
    const { program, manifest } = compiled(spec);
    expect(manifest.support.sha256).toBe(sha256(supportList()));
    const copied = [...program.files].filter(([path]) => path.startsWith("support/"));
    expect(copied.length).toBeGreaterThan(20);
    for (const [path, text] of copied) expect(listed.get(path), path).toBe(sha256(text));
    const [[file, bytes]] = [...program.packages] as [[string, Uint8Array]];
    expect(file).toBe(manifest.runtime.file);
    expect(listed.get(file)).toBe(sha256(bytes));
    expect(manifest.files[file]).toBe(sha256(bytes));
  });

  it("is not imported by what programs run on: the package has no kernels and no data", () => {
    const [[, bytes]] = [...program.packages] as [[string, Uint8Array]];
    const files = unpackTarball(bytes);
    const rooms = new Set([...files.keys()].map((path) => path.split("/")[0]));
    expect([...rooms].sort()).toEqual(["LICENSE", "backends", "capture", "package.json", "run", "system"]);
    for (const [path, contents] of files) {
      if (!/\.(js|d\.ts)$/.test(path)) continue;
      const outside = [
        ...Buffer.from(contents)
          .toString()
          .matchAll(/(?:from|import\() ?"(\.\.\/[^"]+)"/g),
      ]
        .map(([, target]) => target!.split("/")[1]!)
        .filter((room) => !rooms.has(room));
      expect(outside, path).toEqual([]);
    }
    const { contents } = JSON.parse(Buffer.from(files.get("package.json")!).toString()) as { contents: string };
    expect(contents).toBe(manifest.runtime.contents);
  });
});
