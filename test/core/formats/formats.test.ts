import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FORMATS, formatToWrite } from "../../../src/core/formats/formats.ts";

describe("formats", () => {
  it("are those of docs/models.md", () => {
    const text = readFileSync("docs/models.md", "utf8");
    const [, table] = /^\| format .*\n\| -.*\n((?:\|.*\n)+)/m.exec(text)!;
    const cells = (row: string): string[] => row.split("|").map((cell) => cell.trim());
    const documented = table!
      .trim()
      .split("\n")
      .map((row) => cells(row).slice(1, 4));
    const code = (endings: readonly string[]): string => endings.map((ending) => `\`${ending}\``).join(", ");
    expect(documented).toEqual(
      FORMATS.map(({ name, endings, read, write }) => [
        name.replace(/^an? /, ""),
        read === undefined ? "" : code(endings),
        write === undefined ? "" : code([write.ending]),
      ]),
    );
  });

  it("are told by their first bytes, one at most", () => {
    const files = ["keras-files/sequential.keras", "keras-files/renamed.weights.h5", "layers-model/sharded/model.json"];
    for (const [index, file] of files.entries()) {
      const bytes = readFileSync(`test/fixtures/${file}`);
      expect(FORMATS.map(({ recognizes }) => recognizes(bytes))).toEqual(FORMATS.map((_, k) => k === index));
    }
    expect(FORMATS.some(({ recognizes }) => recognizes(new Uint8Array()))).toBe(false);
  });

  it("are chosen by the name of the file that is written", () => {
    const chosen = (name: string): string | undefined => formatToWrite(name)?.write.ending;
    expect(["a.keras", "a.weights.h5", "model.json"].map(chosen)).toEqual([".keras", ".weights.h5", "model.json"]);
    // Two models in one folder would share the names of their shards.
    expect(["a.h5", "a.json", "my-model.json", "keras"].map(chosen)).toEqual(new Array(4).fill(undefined));
  });
});
