import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { editorSchema } from "../../src/cli/editor-schema.ts";
import { lstmCompile, useProject } from "./specs.ts";

useProject();

const SCHEMA = readFileSync("schemas/model-spec.v1.schema.json", "utf8");
const REPOSITORY = resolve(".");
const KERAS = resolve("test/fixtures/keras-files/sequential.keras");
const COPY = "model-spec.v1.schema.json";

/** What npm leaves of the package in a project. */
function install(folder = "."): void {
  const schemas = join(folder, "node_modules", "lstm-compile", "schemas");
  mkdirSync(schemas, { recursive: true });
  writeFileSync(join(schemas, COPY), SCHEMA);
}

/** The path in a spec's first line, and whether it leads to the schema from there. */
function reference(spec: string, folder = "."): { path: string | undefined; isSchema: boolean } {
  const path = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(folder, spec), "utf8"))?.[1];
  const file = resolve(folder, path ?? "none");
  return { path, isSchema: existsSync(file) && readFileSync(file, "utf8") === SCHEMA };
}

async function initIn(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  process.chdir(folder);
  expect((await lstmCompile("init", "mine")).exitCode).toBe(0);
}

it("a new spec in this repository names the schema in it", () => {
  const comment = (path: string): object => ({ comment: `# yaml-language-server: $schema=${path}${COPY}` });
  expect(editorSchema(REPOSITORY)).toEqual(comment("./schemas/"));
  expect(editorSchema(join(REPOSITORY, "specs"))).toEqual(comment("../schemas/"));
});

it("a new spec names the schema of the installed package", async () => {
  install();
  await initIn(".");
  expect(reference("mine.yaml")).toEqual({ path: `./node_modules/lstm-compile/schemas/${COPY}`, isSchema: true });
  expect(existsSync(COPY)).toBe(false);
});

it("a new spec in a nested folder names the package of a folder above, as workspaces have it", async () => {
  install();
  mkdirSync(".git");
  await initIn("packages/forecasts/specs");
  expect(reference("mine.yaml")).toEqual({
    path: `../../../node_modules/lstm-compile/schemas/${COPY}`,
    isSchema: true,
  });
  expect(existsSync(COPY)).toBe(false);
});

it("a new spec does not name a package outside of its repository", async () => {
  install();
  mkdirSync("repository/.git", { recursive: true });
  await initIn("repository/specs");
  expect(reference("mine.yaml")).toEqual({ path: `./${COPY}`, isSchema: true });
});

it("a new spec in a project without the package gets a copy beside it, which later ones share and renew", async () => {
  const first = await lstmCompile("init", "first");
  expect(first.stderr).toContain(`wrote ${COPY}: the schema`);
  expect(reference("first.yaml")).toEqual({ path: `./${COPY}`, isSchema: true });
  expect((await lstmCompile("init", "second")).stderr).not.toContain(COPY);
  writeFileSync(COPY, SCHEMA.replace("ModelSpec", "OlderModelSpec"));
  expect((await lstmCompile("init", "third")).stderr).toContain(`wrote ${COPY}`);
  expect(reference("third.yaml").isSchema).toBe(true);
});

it("a file of the copy's name that is something else is kept", async () => {
  writeFileSync(COPY, "{}");
  const { exitCode, stderr } = await lstmCompile("init", "mine");
  expect([exitCode, existsSync("mine.yaml")]).toEqual([2, false]);
  expect(stderr).toContain(`${COPY} exists already and is not the schema`);
  expect(readFileSync(COPY, "utf8")).toBe("{}");
});

it("an imported spec names the schema as seen from its folder; on stdout it names none", async () => {
  cpSync(KERAS, "net.keras");
  mkdirSync("models/specs", { recursive: true });
  install();
  expect((await lstmCompile("import", "net.keras", "-o", "models/specs/net.yaml")).exitCode).toBe(0);
  expect(reference("net.yaml", "models/specs")).toEqual({
    path: `../../node_modules/lstm-compile/schemas/${COPY}`,
    isSchema: true,
  });
  expect((await lstmCompile("import", "net.keras")).stdout).not.toContain("yaml-language-server");
});

it("an imported spec in a project without the package gets a copy beside it", async () => {
  mkdirSync("specs");
  expect((await lstmCompile("import", KERAS, "-o", "specs/net.yaml")).exitCode).toBe(0);
  expect(reference("net.yaml", "specs")).toEqual({ path: `./${COPY}`, isSchema: true });
  expect((await lstmCompile("specs/net.yaml")).exitCode).toBe(0);
});
