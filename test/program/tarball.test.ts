import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { gunzipSync, gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { packTarball, unpackTarball } from "../../src/program/tarball.ts";
import { useProject } from "../cli/specs.ts";

useProject();

const bytes = (text: string): Uint8Array => Buffer.from(text);
const FILES = new Map([
  ["package.json", bytes('{ "name": "a", "version": "1.0.0" }\n')],
  ["bin/b.js", bytes("#!/usr/bin/env node\n")],
  ["empty.js", bytes("")],
]);

describe("a packed package", () => {
  it("has the same bytes whatever the order of the files", () => {
    const packed = packTarball(FILES);
    expect(packTarball(new Map([...FILES].reverse()))).toEqual(packed);
    // Of these very files, on every machine
    expect(createHash("sha256").update(packed).digest("hex")).toBe(
      "0e20f697cd4685e5563b6542a428bf869d0a0dc44f563ee777f7155ad847efb7",
    );
  });

  it("is one that tar reads", () => {
    writeFileSync("a.tgz", packTarball(FILES, new Set(["bin/b.js"])));
    mkdirSync("out");
    const { status, stderr } = spawnSync("tar", ["xzf", "a.tgz", "-C", "out"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    for (const [path, contents] of FILES) expect(readFileSync(`out/package/${path}`)).toEqual(contents);
    expect(statSync("out/package/bin/b.js").mode & 0o111).not.toBe(0);
    expect(statSync("out/package/empty.js").mode & 0o111).toBe(0);
  });

  it("gives back its files", () => {
    const path = fc.stringMatching(/^[a-z][a-z.-]{0,8}(\/[a-z][a-z.-]{0,8}){0,3}$/);
    fc.assert(
      fc.property(fc.dictionary(path, fc.uint8Array({ maxLength: 2000 })), (record) => {
        const files = new Map(Object.entries(record));
        const unpacked = [...unpackTarball(packTarball(files))].map(([name, data]) => [name, [...data]] as const);
        expect(new Map(unpacked)).toEqual(new Map([...files].map(([name, data]) => [name, [...data]])));
      }),
    );
  });

  it.each([
    ["a path that leads out", (tar: Uint8Array) => tar.set(bytes("package/../x.js"), 0)],
    ["a size beyond the end", (tar: Uint8Array) => tar.set(bytes("77777777777"), 124)],
    ["another checksum", (tar: Uint8Array) => tar.set(bytes("1"), 150)],
  ])("is refused with %s", (_, damage) => {
    const tar = gunzipSync(packTarball(FILES));
    damage(tar);
    expect(() => unpackTarball(gzipSync(tar))).toThrow("damaged");
  });
});
