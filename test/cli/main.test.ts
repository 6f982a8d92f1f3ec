import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMPILER_VERSION } from "../../src/core/version.ts";
import { lstmCompile, spec, useProject } from "./specs.ts";

useProject();

describe("the command line itself", () => {
  it("prints help and version on stdout", async () => {
    expect(await lstmCompile("--version")).toEqual({ exitCode: 0, stdout: `${COMPILER_VERSION}\n`, stderr: "" });
    const { exitCode, stdout } = await lstmCompile("--help");
    expect(exitCode).toBe(0);
    for (const command of [
      "compile",
      "check",
      "prune",
      "validate",
      "run",
      "explain",
      "init",
      "import",
      "weights",
      "schema",
      "backend",
      "doctor",
    ]) {
      expect(stdout).toContain(`\n  ${command} `);
    }
  });

  it("prints help on stderr and fails where nothing is asked", async () => {
    const { exitCode, stdout, stderr } = await lstmCompile();
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: lstm-compile");
  });

  it.each([
    ["a mistyped command", ["chekc"], "did you mean `npx lstm-compile check`?"],
    ["an unknown option", ["check", "--formt", "json"], "Did you mean --format?"],
    ["a wrong choice", ["validate", "a.yaml", "--format", "xml"], "text, json, github"],
    ["a missing argument", ["explain"], "missing required argument 'spec'"],
    ["an option of the program before --", ["run", "a.yaml", "--epochs", "1"], "stand after --"],
    ["an unknown template", ["init", "--template", "music"], "classify, forecast, text"],
  ])("refuses %s with exit code 2", async (_, argv, message) => {
    const { exitCode, stdout, stderr } = await lstmCompile(...argv);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("prints the schema", async () => {
    const { exitCode, stdout } = await lstmCompile("schema");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: "ModelSpec", type: "object" });
  });
});

describe("compile", () => {
  it("writes a program, and nothing the second time", async () => {
    writeFileSync("a.yaml", spec("a"));
    const first = await lstmCompile("a.yaml");
    expect([first.exitCode, first.stdout]).toEqual([0, ""]);
    expect(first.stderr).toMatch(/a\.yaml → generated\/a: \d+ files written\nnext: npx lstm-compile run a\.yaml\n$/);
    expect(readFileSync("generated/a/train.ts", "utf8")).toContain("from ../../a.yaml");
    expect((await lstmCompile("a.yaml")).stderr).toContain("up to date");
    expect((await lstmCompile("a.yaml", "--quiet")).stderr).toBe("");
  });

  it("reports every file that is no spec and compiles the others", async () => {
    writeFileSync("good.yaml", spec("good"));
    writeFileSync("bad.yaml", spec("bad").replace("units: 4", "unts: 4"));
    mkdirSync("folder");
    const { exitCode, stderr } = await lstmCompile(
      "missing.yaml",
      "bad.yaml",
      "folder",
      "good.yaml",
      "--out-dir",
      "out",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("missing.yaml: there is no such file");
    expect(stderr).toContain("folder: this is a folder without specs");
    expect(stderr).toMatch(/bad\.yaml:5:\d+: error LC1101/);
    expect(existsSync("out/good/train.ts")).toBe(true);
    expect(existsSync("out/bad")).toBe(false);
  });

  it("takes folders and patterns, and names the YAML files of a folder that are no specs", async () => {
    for (const folder of ["models/deep", "models/node_modules/x", "models/runs"])
      mkdirSync(folder, { recursive: true });
    writeFileSync("models/a.yaml", spec("a"));
    writeFileSync("models/deep/b.yml", spec("b"));
    writeFileSync("models/deep/services.yaml", "services: {}\n");
    for (const folder of ["models/node_modules/x", "models/runs"]) writeFileSync(`${folder}/c.yaml`, spec("c"));
    symlinkSync("..", "models/deep/loop");
    const folder = await lstmCompile("validate", "models");
    expect([folder.exitCode, folder.stderr]).toEqual([
      0,
      "models/deep/services.yaml: skipped: no spec, for it has no `specVersion`\nmodels/a.yaml: valid\nmodels/deep/b.yml: valid\n",
    ]);
    const pattern = await lstmCompile("validate", "models/**/*.{yaml,yml}", "models/runs/*.yaml", "./models/a.yaml");
    expect(pattern.stderr).toMatch(/services\.yaml:1:1: error LC1101/);
    for (const path of ["models/a.yaml", "models/deep/b.yml", "models/runs/c.yaml"])
      expect(pattern.stderr.match(new RegExp(`${path}: valid`, "g"))).toHaveLength(1);
    const none = await lstmCompile("nothing/*.yaml");
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("nothing/*.yaml: no file matches this pattern");
    expect((await lstmCompile("explain", "models/*.yaml")).stderr).toContain("this command takes one file");
  });

  it("takes a file whose name looks like a pattern as it is", async () => {
    writeFileSync("a[1].yaml", spec("a"));
    expect((await lstmCompile("a[1].yaml")).exitCode).toBe(0);
  });

  it("refuses two specs of one name, and takes one spec given twice once", async () => {
    writeFileSync("a.yaml", spec("same"));
    writeFileSync("b.yaml", spec("same", 5));
    const { exitCode, stderr } = await lstmCompile("a.yaml", "b.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("b.yaml:2:7: error LC1207: a.yaml has the name `same` too");
    expect((await lstmCompile("a.yaml", "./a.yaml")).exitCode).toBe(0);
  });

  it("prints one document for machines", async () => {
    writeFileSync("a.yaml", spec("a").replace("units: 4", "units: 0"));
    const json = await lstmCompile("a.yaml", "missing.yaml", "--format", "json");
    const diagnostics = JSON.parse(json.stdout) as { code: string; file: string; line: number }[];
    expect(diagnostics.map(({ code, file, line }) => `${file}:${line} ${code}`)).toEqual([
      "a.yaml:5 LC1105",
      "missing.yaml:1 LC1001",
    ]);
    const github = await lstmCompile("a.yaml", "--format", "github");
    expect(github.stdout).toMatch(/^::error file=a\.yaml,line=5,col=\d+,title=LC1105::/);
  });

  it.runIf(existsSync("/proc/self"))("ends with exit code 3 where the system takes no files", async () => {
    writeFileSync("a.yaml", spec("a"));
    const { exitCode, stderr } = await lstmCompile("a.yaml", "-o", "/proc/x");
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: cannot write \/proc\/x\/a: .*\n {2}fix: .*\(--out-dir\)\n$/);
  });

  it("writes nothing of the machine's folders into a program outside the spec's project", async () => {
    mkdirSync("project");
    writeFileSync("project/package.json", "{}");
    writeFileSync("project/a.yaml", spec("a"));
    await lstmCompile("project/a.yaml", "-o", "outside");
    expect(readFileSync("outside/a/train.ts", "utf8")).toMatch(/^\/\/ Generated by lstm-compile \S+ from a\.yaml$/m);
  });
});

describe("text from outside", () => {
  const hostile = "\u001b]0;title\u0007\u001b[2J\nerror: nothing\u202e";

  it("moves no cursor and fakes no message: paths, values of specs, arguments", async () => {
    writeFileSync(`${hostile.replaceAll("/", "")}.yaml`, spec("a").replace("digits", JSON.stringify(hostile)));
    writeFileSync("b.yaml", spec("b").replace("name: b", `name: b\ndescription: ${JSON.stringify(hostile)}`));
    const printed = [
      await lstmCompile(`${hostile}.yaml`),
      await lstmCompile(`${hostile}.yaml`, "--format", "github"),
      await lstmCompile(`--${hostile}`),
      await lstmCompile("b.yaml"),
      await lstmCompile("b.yaml", "-o", `out${hostile}`),
      await lstmCompile("explain", "b.yaml"),
      await lstmCompile("check", "b.yaml", "-o", `out${hostile}`),
      await lstmCompile("check", "b.yaml", "-o", `never${hostile}`),
    ].map(({ stdout, stderr }) => stdout + stderr);
    for (const text of printed) {
      expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u);
      expect(text).not.toMatch(/^error: nothing/m);
      expect(text).not.toBe("");
    }
  });

  it("is cut where it is very long, as a path or in a spec", async () => {
    const path = await lstmCompile(`${"a/".repeat(50_000)}b.yaml`);
    expect(path.exitCode).toBe(2);
    expect(path.stderr).toContain("characters left out");
    expect(path.stderr.length).toBeLessThan(10_000);
    writeFileSync(
      "a.yaml",
      spec("a").replaceAll(/digits|adam|softmax|lstm/g, (word) => word.repeat(50_000)),
    );
    for (const format of ["text", "json", "github"]) {
      const { exitCode, stdout, stderr } = await lstmCompile("a.yaml", "--format", format);
      expect(exitCode).toBe(2);
      expect(stdout.length + stderr.length).toBeLessThan(20_000);
    }
  });
});

describe("validate", () => {
  it("writes nothing", async () => {
    writeFileSync("a.yaml", spec("a"));
    const { exitCode, stderr } = await lstmCompile("validate", "a.yaml");
    expect([exitCode, stderr]).toEqual([0, "a.yaml: valid\nnext: npx lstm-compile run a.yaml\n"]);
    expect(existsSync("generated")).toBe(false);
  });

  it("exits with 2 for an error", async () => {
    writeFileSync("a.yaml", spec("a").replace("softmax", "linear"));
    expect((await lstmCompile("validate", "a.yaml")).exitCode).toBe(2);
  });
});

describe("explain", () => {
  it("has the numbers that a person can compute", async () => {
    writeFileSync("a.yaml", spec("a"));
    const { exitCode, stdout } = await lstmCompile("explain", "a.yaml", "--json");
    expect(exitCode).toBe(0);
    // 4 gates · 4 units · (28 pixels + 4 recurrent + 1 bias), and 10 classes · (4 + 1)
    expect(JSON.parse(stdout)).toMatchObject({
      layers: [
        { name: "lstm1", parameterCount: 528 },
        { name: "dense1", parameterCount: 50 },
      ],
      cost: { parameterCount: 578, weightBytes: 4 * 578, optimizerBytes: 8 * 578 },
    });
    const table = await lstmCompile("explain", "a.yaml");
    expect(table.stdout).toMatch(/^total +578 +[\d,]+$/m);
  });
});

describe("init", () => {
  it.each(["classify", "forecast", "text"])(
    "writes a spec for %s that compiles without a warning",
    async (template) => {
      const { exitCode } = await lstmCompile("init", "mine", "--template", template);
      expect(exitCode).toBe(0);
      expect(readFileSync("mine.yaml", "utf8")).toMatch(
        /^# yaml-language-server: \$schema=\S+model-spec\.v1\.schema\.json\n/,
      );
      const compiled = await lstmCompile("mine.yaml");
      expect(compiled.exitCode).toBe(0);
      expect(compiled.stderr).not.toContain("warning");
    },
  );

  it("overwrites nothing", async () => {
    writeFileSync("mine.csv", "mine");
    const { exitCode, stderr } = await lstmCompile("init", "mine", "--template", "forecast");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("mine.csv exists already");
    expect(readFileSync("mine.csv", "utf8")).toBe("mine");
    expect(existsSync("mine.yaml")).toBe(false);
  });

  it("refuses a name that is no model's name", async () => {
    expect((await lstmCompile("init", "../mine")).exitCode).toBe(2);
  });
});
