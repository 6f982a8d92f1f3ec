import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lstmCompile, spec, useProject } from "./specs.ts";

useProject();

/** A compiled program whose predict.ts only writes down how it was started. */
async function compiled(text: string): Promise<void> {
  writeFileSync("a.yaml", text);
  expect(await lstmCompile("a.yaml")).toMatchObject({ exitCode: 0 });
  for (const name of ["core", "backend-cpu", "backend-wasm"]) {
    mkdirSync(`node_modules/@tensorflow/tfjs-${name}`, { recursive: true });
    writeFileSync(`node_modules/@tensorflow/tfjs-${name}/package.json`, '{ "version": "4.22.0" }');
  }
  writeFileSync(
    "generated/a/predict.ts",
    'import { writeFileSync } from "node:fs";\nwriteFileSync("started.json", JSON.stringify(process.argv.slice(2)));\n',
  );
}

describe("lstm-compile predict <spec>", () => {
  it("starts predict.ts of its program, also where only a comment or the training has changed", async () => {
    await compiled(spec("a"));
    writeFileSync("a.yaml", `# a comment\n${spec("a").replace("batchSize: 32", "batchSize: 16")}`);
    expect(await lstmCompile("predict", "a.yaml", "--", "--demo", "4")).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(readFileSync("started.json", "utf8"))).toEqual(["--demo", "4"]);
  });

  it.each([
    ["layers", spec("a", 5)],
    ["data", spec("a").replace("scale: 255", "scale: 1")],
  ])("refuses a program whose spec has other %s since it was compiled", async (_what, changed) => {
    await compiled(spec("a"));
    writeFileSync("a.yaml", changed);
    const { exitCode, stderr } = await lstmCompile("predict", "a.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: generated/a is not the program of a.yaml as it is now");
    expect(stderr).toContain("fix: train it again: npx lstm-compile run a.yaml");
  });
});
