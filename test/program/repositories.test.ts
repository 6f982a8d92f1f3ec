import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import type { Cause } from "../../src/program/causes.ts";
import { lstmCompile, spec, useProject } from "../cli/specs.ts";
import { asIfWrittenBy } from "./other-version.ts";

useProject();

const A = "models/vision/a.yaml";
const B = "models/text/deep/b.yaml";
const C = "models/c.yml";

beforeEach(async () => {
  mkdirSync("models/vision", { recursive: true });
  mkdirSync("models/text/deep", { recursive: true });
  writeFileSync(A, spec("a"));
  writeFileSync(B, spec("b"));
  writeFileSync(C, spec("c"));
  expect((await lstmCompile("models")).exitCode).toBe(0);
});

/** What `check` reports, as one line for each cause: its kind, where it is seen, and the command that puts it right. */
async function verdicts(...args: string[]): Promise<string[]> {
  const { exitCode, stdout } = await lstmCompile("check", ...args, "--format", "json");
  const causes = JSON.parse(stdout) as Cause[];
  expect(exitCode === 0).toBe(causes.length === 0);
  return causes.map(({ kind, file, fix }) => `${kind} | ${file} | ${fix}`).sort();
}

describe("check in a repository with nested specs", () => {
  it("finds the specs of programs by their manifests", async () => {
    const { exitCode, stdout, stderr } = await lstmCompile("check");
    expect([exitCode, stdout]).toEqual([0, ""]);
    for (const path of [A, B, C]) expect(stderr).toContain(`${path}: current\n`);
  });

  it("gives a moved, a deleted and an edited spec a verdict and a fix each, and the fixes make it pass", async () => {
    mkdirSync("elsewhere");
    renameSync(A, "elsewhere/a.yaml");
    rmSync(B);
    writeFileSync(C, spec("c", 5));
    expect(await verdicts()).toEqual([
      `spec changed | ${C} | npx lstm-compile ${C}`,
      `spec deleted | ${B} | npx lstm-compile prune, or restore the spec`,
      "spec moved | elsewhere/a.yaml | npx lstm-compile elsewhere/a.yaml",
    ]);
    const { stdout } = await lstmCompile("check", "--format", "github");
    expect(stdout.match(/^::error .*$/gm)?.map((line) => line.slice(0, line.indexOf("::", 2)))).toEqual([
      "::error file=elsewhere/a.yaml,line=2,col=7,title=spec moved",
      `::error file=${C},line=2,col=7,title=spec changed`,
      `::error file=${B},line=1,col=1,title=spec deleted`,
    ]);
    await lstmCompile("elsewhere/a.yaml");
    await lstmCompile(C);
    await lstmCompile("prune");
    expect(await verdicts()).toEqual([]);
  });

  it("reports what belongs to no spec also where a folder or a pattern names the specs, not where files do", async () => {
    rmSync(B);
    const deleted = [`spec deleted | ${B} | npx lstm-compile prune, or restore the spec`];
    expect(await verdicts("models")).toEqual(deleted);
    expect(await verdicts("models/**/*.{yaml,yml}")).toEqual(deleted);
    expect(await verdicts(A, C)).toEqual([]);
  });

  it("says of a spec that moved and changed where it was", async () => {
    rmSync(A);
    writeFileSync("models/a.yaml", spec("a", 6));
    const [cause] = JSON.parse((await lstmCompile("check", "--format", "json")).stdout) as Cause[];
    expect([cause!.kind, cause!.file]).toEqual(["spec changed", "models/a.yaml"]);
    expect(cause!.message).toContain(`which was ${A}`);
  });

  it("never calls a spec gone that lies anywhere in the project, though it has errors", async () => {
    mkdirSync("elsewhere");
    renameSync(A, "elsewhere/a.yaml");
    appendFileSync("elsewhere/a.yaml", "more: [\n");
    const { exitCode, stdout, stderr } = await lstmCompile("check");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("elsewhere/a.yaml:");
    expect((await lstmCompile("prune")).stdout).toBe("");
  });

  it("takes a spec outside of the project for unknown, never for gone", async () => {
    const manifest = JSON.parse(readFileSync("generated/b/manifest.json", "utf8"));
    manifest.spec.path = "b.yaml";
    writeFileSync("generated/b/manifest.json", JSON.stringify(manifest));
    rmSync(B);
    expect(await verdicts()).toEqual([
      "spec unknown | generated/b/manifest.json | name the spec: npx lstm-compile check path/to/b.yaml",
    ]);
    expect((await lstmCompile("prune")).stdout).toBe("");
  });

  it("sees a spec that is named otherwise now, as one cause", async () => {
    writeFileSync(A, spec("z"));
    expect(await verdicts()).toEqual([`spec renamed | ${A} | npx lstm-compile ${A} && npx lstm-compile prune`]);
    await lstmCompile(A);
    await lstmCompile("prune");
    expect(await verdicts()).toEqual([]);
  });

  it("sees a spec that was never compiled, a damaged manifest, and a folder that somebody renamed", async () => {
    mkdirSync("specs/new", { recursive: true });
    writeFileSync("specs/new/d e.yaml", spec("d"));
    writeFileSync("generated/c/manifest.json", "<<<<<<< ours");
    renameSync("generated/b", "generated/b-old");
    expect(await verdicts("specs", "models")).toEqual([
      "folder renamed | generated/b-old/manifest.json | name the folder generated/b, or move it out of generated",
      `manifest missing | ${C} | restore it from version control, or move the folder away; then npx lstm-compile ${C}`,
      "never compiled | specs/new/d e.yaml | npx lstm-compile 'specs/new/d e.yaml'",
    ]);
    rmSync("generated", { recursive: true });
    expect(await verdicts()).toEqual(["never compiled | specs/new/d e.yaml | npx lstm-compile 'specs/new/d e.yaml'"]);
  });

  it("makes one annotation of another compiler version, with all files of all programs in the JSON", async () => {
    for (const name of ["a", "b", "c"]) asIfWrittenBy("0.0.9", `generated/${name}`);
    const { stdout } = await lstmCompile("check", "--format", "github");
    expect(stdout.match(/^::error /gm)).toHaveLength(1);
    const causes = JSON.parse((await lstmCompile("check", "--format", "json")).stdout) as Cause[];
    expect(causes.map(({ kind, specs, programs, fix }) => ({ kind, specs, programs, fix }))).toEqual([
      {
        kind: "compiler version changed",
        specs: [A, B, C],
        programs: ["generated/a", "generated/b", "generated/c"],
        fix: `npx lstm-compile ${A} ${B} ${C}, or check with --allow-version-drift`,
      },
    ]);
    for (const name of ["a", "b", "c"])
      expect(causes[0]!.files.map(({ path }) => path)).toContain(`generated/${name}/train.ts`);
    expect((await lstmCompile("check", "--allow-version-drift")).exitCode).toBe(0);
  });

  it("takes an edited file out of the compiler's cause", async () => {
    asIfWrittenBy("0.0.9", "generated/a");
    appendFileSync("generated/a/model.ts", "// mine\n");
    expect((await verdicts(A)).map((line) => line.split(" |")[0])).toEqual([
      "compiler version changed",
      "edited by hand",
    ]);
  });

  it("refuses two specs of one name, and compares neither", async () => {
    mkdirSync("specs");
    copyFileSync(A, "specs/copy.yaml");
    const { exitCode, stdout, stderr } = await lstmCompile("check");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("LC1207");
    // Where only one of them is named it replaces the other's program, which the manifest knows, and says so.
    const alone = await lstmCompile("specs/copy.yaml");
    expect(alone.exitCode).toBe(0);
    expect(alone.stderr).toContain(`specs/copy.yaml:2:7: warning LC1207: ${A} has the name \`a\` too`);
  });

  it("finds programs in other output folders, however deep", async () => {
    await lstmCompile(A, "-o", "out/vision");
    await lstmCompile(B, "-o", "out/text");
    rmSync("generated", { recursive: true });
    expect(await verdicts("-o", "out")).toEqual([]);
    rmSync(B);
    writeFileSync(A, spec("a", 7));
    expect(await verdicts("-o", "out")).toEqual([
      `spec changed | ${A} | npx lstm-compile ${A} -o out/vision`,
      `spec deleted | ${B} | npx lstm-compile prune -o out/text, or restore the spec`,
    ]);
    expect(await verdicts(A, "-o", "out")).toEqual([`spec changed | ${A} | npx lstm-compile ${A} -o out/vision`]);
  });

  it("keeps text of a spec from being a command to GitHub", async () => {
    writeFileSync(C, `${spec("c", 5)}`.replace("name: c", 'name: c\ndescription: "::add-mask::x"'));
    const { stdout } = await lstmCompile("check", "--format", "github");
    const lines = stdout.split("\n");
    const from = lines.findIndex((line) => line.startsWith("::stop-commands::"));
    const token = lines[from]!.slice("::stop-commands::".length);
    const mask = lines.findIndex((line) => line.includes("::add-mask::"));
    expect(from).toBeGreaterThan(0);
    expect(mask).toBeGreaterThan(from);
    expect(lines.indexOf(`::${token}::`)).toBeGreaterThan(mask);
  });

  it("says so where there is nothing to check", async () => {
    rmSync("generated", { recursive: true });
    const { exitCode, stderr } = await lstmCompile("check");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no spec in specs/ and no program in generated/");
  });
});
