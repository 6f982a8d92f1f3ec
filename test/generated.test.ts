import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile } from "../src/node.ts";
import { listFiles } from "../src/program/manifest.ts";
import { contentsOf } from "../src/program/write.ts";

const specs = readdirSync("specs").filter((name) => name.endsWith(".yaml"));

describe("generated/", () => {
  it("has a folder for each spec and no other", () => {
    expect(readdirSync("generated").sort()).toEqual(specs.map((name) => name.replace(".yaml", "")).sort());
  });

  it.each(specs)("%s compiles to the committed files, byte for byte", (name) => {
    const { program, diagnostics } = compile(readFileSync(`specs/${name}`), { headerPath: `../../specs/${name}` });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const folder = `generated/${program!.name}`;
    const contents = contentsOf(program!);
    expect(listFiles(folder)).toEqual([...contents.keys()].sort());
    for (const [path, bytes] of contents) {
      expect(readFileSync(`${folder}/${path}`).equals(bytes), `${path} is as compiled`).toBe(true);
    }
  });

  it("the reference model has the published number of parameters", () => {
    const { program } = compile(readFileSync("specs/mnist-lstm.yaml"));
    expect(program!.plan.layers.map((layer) => layer.parameterCount)).toEqual([291_840, 0, 525_312, 0, 8_224, 0, 330]);
    expect(program!.plan.cost.parameterCount).toBe(825_706);
  });
});
