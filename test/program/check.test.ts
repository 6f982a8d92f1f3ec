import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { lstmCompile, spec, useProject } from "../cli/specs.ts";
import { asIfWrittenBy } from "./other-version.ts";

useProject();

const FOLDER = "generated/a";

beforeEach(async () => {
  mkdirSync("specs");
  writeFileSync("specs/a.yaml", spec("a"));
  await lstmCompile("specs/a.yaml");
});

describe("check", () => {
  it("accepts what compile wrote, and what package managers and runs leave beside it", async () => {
    mkdirSync(`${FOLDER}/node_modules/x`, { recursive: true });
    mkdirSync(`${FOLDER}/runs`);
    writeFileSync(`${FOLDER}/package-lock.json`, "{}");
    expect(await lstmCompile("check")).toEqual({ exitCode: 0, stdout: "", stderr: "specs/a.yaml: current\n" });
  });

  it("names the file that was edited by hand, with a patch", async () => {
    appendFileSync(`${FOLDER}/model.ts`, "// mine\n");
    const { exitCode, stdout } = await lstmCompile("check");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^specs\/a\.yaml:2:7: edited by hand: .*\n {2}fix: .*lstm-compile specs\/a\.yaml.*\ngenerated\/a\/model\.ts: edited by hand\n--- a\/generated\/a\/model\.ts/,
    );
    expect(stdout).toContain("\n-// mine\n");
    expect(stdout.match(/^generated\//gm)).toHaveLength(1);
  });

  it("sees an edited manifest", async () => {
    const text = readFileSync(`${FOLDER}/manifest.json`, "utf8");
    writeFileSync(`${FOLDER}/manifest.json`, text.replace('"units": 4', '"units": 5'));
    expect((await lstmCompile("check")).stdout).toContain("generated/a/manifest.json: edited by hand\n");
  });

  it("tells a changed spec from an edited file", async () => {
    writeFileSync("specs/a.yaml", spec("a", 5));
    appendFileSync(`${FOLDER}/data.ts`, "// mine\n");
    const { exitCode, stdout } = await lstmCompile("check");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("generated/a/model.ts: spec changed\n");
    expect(stdout).toContain("generated/a/manifest.json: spec changed\n");
    expect(stdout).toContain("generated/a/data.ts: edited by hand\n");
  });

  it("finds missing and foreign files, each with its own fix", async () => {
    rmSync(`${FOLDER}/README.md`);
    writeFileSync(`${FOLDER}/extra.ts`, "");
    const { exitCode, stdout } = await lstmCompile("check");
    expect(exitCode).toBe(1);
    expect(stdout.split("\n")).toEqual([
      "specs/a.yaml:2:7: missing: the manifest lists files that are not there: generated/a/README.md",
      "  fix: npx lstm-compile specs/a.yaml",
      "generated/a/README.md: missing",
      "specs/a.yaml:2:7: foreign files: not written by lstm-compile, which refuses to compile into generated/a beside them: generated/a/extra.ts",
      "  fix: move them out of generated/a",
      "generated/a/extra.ts: left over",
      "",
    ]);
  });

  it("accepts another compiler version only where asked to and nothing else differs", async () => {
    asIfWrittenBy("0.0.9", FOLDER);
    const strict = await lstmCompile("check");
    expect(strict.exitCode).toBe(1);
    expect(strict.stdout).toMatch(
      /^specs\/a\.yaml:2:7: compiler version changed: .* 0\.0\.9, .*\n {2}fix: npx lstm-compile specs\/a\.yaml, or .*\n$/,
    );
    expect((await lstmCompile("check", "--allow-version-drift")).exitCode).toBe(0);
    await lstmCompile("specs/a.yaml");
    asIfWrittenBy("0.0.8", FOLDER, (text) => text.replace("EPOCHS = 1;", "EPOCHS = 2;"));
    const { exitCode, stdout } = await lstmCompile("check", "--allow-version-drift");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("generated/a/train.ts: compiler output changed\n");
  });

  it("prints JSON, writes nothing, and has exit code 2 for a spec with an error", async () => {
    rmSync(`${FOLDER}/README.md`);
    const before = statSync(`${FOLDER}/train.ts`).mtimeMs;
    const files = readdirSync(FOLDER);
    const { stdout } = await lstmCompile("check", "--format", "json");
    expect(JSON.parse(stdout)).toEqual([
      {
        kind: "missing",
        file: "specs/a.yaml",
        line: 2,
        column: 7,
        message: "the manifest lists files that are not there: generated/a/README.md",
        fix: "npx lstm-compile specs/a.yaml",
        specs: ["specs/a.yaml"],
        programs: ["generated/a"],
        files: [{ path: "generated/a/README.md", kind: "missing", patch: "" }],
      },
    ]);
    expect(statSync(`${FOLDER}/train.ts`).mtimeMs).toBe(before);
    expect(readdirSync(FOLDER)).toEqual(files);
    writeFileSync("specs/b.yaml", "name: b\n");
    expect((await lstmCompile("check")).exitCode).toBe(2);
  });
});
