import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/support/system/sha256.ts";
import { lstmCompile, spec, useProject } from "./specs.ts";

useProject();

beforeEach(async () => {
  mkdirSync("models");
  writeFileSync("models/a.yaml", spec("a"));
  writeFileSync("models/b.yaml", spec("b"));
  await lstmCompile("models");
});

describe("prune", () => {
  it("removes nothing while the specs are there", async () => {
    const { exitCode, stdout, stderr } = await lstmCompile("prune");
    expect([exitCode, stdout, stderr]).toEqual([0, "", "nothing to prune in generated\n"]);
    expect(existsSync("generated/a/train.ts")).toBe(true);
  });

  it("removes a program whose spec is gone, whole, and says with --dry-run what it would remove", async () => {
    rmSync("models/b.yaml");
    const files = Object.keys(JSON.parse(readFileSync("generated/b/manifest.json", "utf8")).files).length + 1;
    const dry = await lstmCompile("prune", "--dry-run");
    expect(dry.stdout).toBe(`generated/b: would remove ${files} files: models/b.yaml is gone\n`);
    expect(existsSync("generated/b/support/nn/lstm.ts")).toBe(true);
    const { exitCode, stdout } = await lstmCompile("prune");
    expect([exitCode, stdout]).toEqual([0, `generated/b: removed ${files} files: models/b.yaml is gone\n`]);
    expect(readdirSync("generated")).toEqual(["a"]);
  });

  it("keeps runs, packages, foreign and edited files, and names them", async () => {
    rmSync("models/b.yaml");
    mkdirSync("generated/b/runs/b", { recursive: true });
    writeFileSync("generated/b/runs/b/run.json", "{}");
    mkdirSync("generated/b/node_modules");
    writeFileSync("generated/b/support/mine.ts", "mine");
    writeFileSync("generated/b/model.ts", "edited");
    const { stdout } = await lstmCompile("prune");
    expect(stdout.split("\n").slice(1, -1).sort()).toEqual([
      "  kept generated/b/model.ts: edited by hand",
      "  kept generated/b/node_modules: yours",
      "  kept generated/b/runs: yours",
      "  kept generated/b/support/mine.ts: yours",
    ]);
    // The manifest stays as long as it has a file to speak of.
    expect(readdirSync("generated/b").sort()).toEqual(["manifest.json", "model.ts", "node_modules", "runs", "support"]);
    expect(readdirSync("generated/b/support")).toEqual(["mine.ts"]);
    rmSync("generated/b/model.ts");
    await lstmCompile("prune");
    expect(readdirSync("generated/b").sort()).toEqual(["node_modules", "runs", "support"]);
  });

  it("follows no link and no path out of the program's folder", async () => {
    rmSync("models/b.yaml");
    mkdirSync("precious");
    writeFileSync("precious/x.ts", "kept");
    rmSync("generated/b/support", { recursive: true });
    symlinkSync("../../precious", "generated/b/support");
    rmSync("generated/b/train.ts");
    symlinkSync("../../precious/x.ts", "generated/b/train.ts");
    const manifest = JSON.parse(readFileSync("generated/b/manifest.json", "utf8"));
    for (const path of ["support/x.ts", "train.ts", "../../precious/x.ts"]) manifest.files[path] = sha256("kept");
    writeFileSync("generated/b/manifest.json", JSON.stringify(manifest));
    symlinkSync("../precious", "generated/link");
    const { stdout } = await lstmCompile("prune");
    expect(readFileSync("precious/x.ts", "utf8")).toBe("kept");
    expect(stdout).toContain("kept generated/b/train.ts: no plain file");
    expect(stdout).toContain("kept generated/b/support: yours");
    expect(readdirSync("generated").sort()).toEqual(["a", "b", "link"]);
  });

  it("leaves a folder alone that no manifest proves to be a program", async () => {
    rmSync("models/b.yaml");
    rmSync("generated/b/manifest.json");
    expect((await lstmCompile("prune")).stdout).toBe("");
    expect(existsSync("generated/b/train.ts")).toBe(true);
  });
});
