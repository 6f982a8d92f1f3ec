import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { INSTALLABLE } from "../../../src/support/backends/cache.ts";
import { BACKEND_NAMES } from "../../../src/support/backends/types.ts";

const FILES = [
  ...readdirSync("src", { recursive: true, encoding: "utf8" }).map((file) => join("src", file)),
  ...readdirSync("docs").map((file) => join("docs", file)),
  "README.md",
  "CHANGELOG.md",
].filter((file) => /\.(ts|md)$/.test(file));

/** "gpu, cpu or webgpu", "cpu|gpu", "`cpu` and `wasm`" */
const LIST = /`?\b(?:gpu|cpu|webgpu|wasm)`?(?:(?:, (?:or |and )?| or | and |\||\/)`?(?:gpu|cpu|webgpu|wasm)\b`?)+/g;

it("backends are named in the order in which auto tries them, wherever several are", () => {
  const lists = FILES.flatMap((file) => (readFileSync(file, "utf8").match(LIST) ?? []).map((list) => ({ file, list })));
  expect(lists.length).toBeGreaterThan(3);
  const disordered = lists.filter(({ list }) => {
    const places = list.match(/\w*(?:pu|asm)\b/g)!.map((name) => BACKEND_NAMES.indexOf(name as "gpu"));
    return places.some((place, index) => place < (places[index - 1] ?? 0));
  });
  expect(disordered).toEqual([]);
});

it("the backends that can be installed are in that order, too", () => {
  expect(INSTALLABLE).toEqual(BACKEND_NAMES.filter((name) => INSTALLABLE.some((other) => other === name)));
});
