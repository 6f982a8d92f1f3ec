import { posix } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { folderOf, joinPath } from "../../../src/core/emit/paths.ts";

const path = fc
  .array(fc.constantFrom("a", "b.ts", "..", ".", "", "c d"), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join("/"))
  .filter((text) => text !== "");

it("joins paths as Node does", () => {
  fc.assert(
    fc.property(path, path, (folder, file) => {
      expect(joinPath(folder, file)).toBe(posix.join(folder, file));
    }),
  );
  expect(joinPath("../specs", "/data/a.csv")).toBe("../specs/data/a.csv");
});

it("names the folder of a file", () => {
  for (const file of ["a", "a/b", "../a/b.yaml", "/a", "/a/b"]) expect(folderOf(file)).toBe(posix.dirname(file));
});
