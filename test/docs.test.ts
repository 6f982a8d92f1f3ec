import { readdirSync, readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";

const TEXTS = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A path of this repository as texts cite it, * for any part of a name. */
const PATH = /`((?:src|test|docs|bench|scripts|schemas|specs)\/[\w./*-]+)`/g;

it.each(TEXTS)("%s cites files that exist", (text) => {
  const paths = [...readFileSync(text, "utf8").matchAll(PATH)].map(([, path]) => path!);
  const missing = paths.filter((path) => globSync(path.replace(/\/$/, "/**")).length === 0);
  expect(missing).toEqual([]);
});
