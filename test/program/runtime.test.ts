import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { compile, type GeneratedProgram } from "../../src/node.ts";
import { ensureRuntime } from "../../src/program/runtime.ts";
import { writeProgram } from "../../src/program/write.ts";
import { installedRuntime, requireRuntime } from "../../src/support/run/runtime.ts";
import { spec, useProject } from "../cli/specs.ts";

useProject();

const SHARED = "node_modules/lstm-compile-runtime";
const OWN = "generated/a/node_modules/lstm-compile-runtime";
const program: GeneratedProgram = compile(spec("a")).program!;

function installTensorFlow(): void {
  mkdirSync("node_modules/@tensorflow/tfjs-core", { recursive: true });
  writeFileSync("node_modules/@tensorflow/tfjs-core/package.json", '{ "version": "4.22.0" }');
}

const installed = (folder: string) => installedRuntime(pathToFileURL(`${resolve(folder)}/`));
const wanted = (): string => JSON.parse(program.files.get("manifest.json")!).runtime.contents;

beforeEach(() => {
  writeProgram("generated", program);
});

describe("the package that a program runs on", () => {
  it("is unpacked beside TensorFlow.js, whole and once", () => {
    installTensorFlow();
    ensureRuntime(resolve("generated/a"));
    expect(installed(SHARED)).toEqual({ version: expect.any(String), stated: wanted(), found: wanted() });
    expect(existsSync("generated/a/node_modules")).toBe(false);
    rmSync(join("generated/a", JSON.parse(program.files.get("manifest.json")!).runtime.file));
    ensureRuntime(resolve("generated/a"));
  });

  it("leaves another version to the programs that have it", () => {
    installTensorFlow();
    mkdirSync(SHARED);
    writeFileSync(
      `${SHARED}/package.json`,
      '{ "name": "lstm-compile-runtime", "version": "0.0.9", "contents": "old" }',
    );
    ensureRuntime(resolve("generated/a"));
    expect(readFileSync(`${SHARED}/package.json`, "utf8")).toContain("0.0.9");
    expect(installed(OWN)?.found).toBe(wanted());
    // Its own one is replaced.
    writeFileSync(`${OWN}/package.json`, '{ "name": "lstm-compile-runtime", "version": "0.0.8", "contents": "older" }');
    ensureRuntime(resolve("generated/a"));
    expect(installed(OWN)).toMatchObject({ stated: wanted(), found: wanted() });
  });

  it("is asked for where its file is missing or damaged", () => {
    const { file } = JSON.parse(program.files.get("manifest.json")!).runtime as { file: string };
    const refusal = { exitCode: 3, fix: expect.stringContaining("compile the spec again") };
    writeFileSync(`generated/a/${file}`, "no archive");
    expect(() => ensureRuntime(resolve("generated/a"))).toThrow(expect.objectContaining(refusal));
    rmSync(`generated/a/${file}`);
    expect(() => ensureRuntime(resolve("generated/a"))).toThrow(expect.objectContaining(refusal));
    expect(existsSync(OWN)).toBe(false);
  });

  it("is known as edited, and as another one", () => {
    ensureRuntime(resolve("generated/a"));
    writeFileSync(`${OWN}/run/main.js`, "// mine\n");
    const { stated, found, version } = installed(OWN)!;
    expect(stated).toBe(wanted());
    expect(found).not.toBe(stated);
    expect(() => requireRuntime({ stated, found, version }, stated, "generated/a")).not.toThrow();
    expect(() => requireRuntime({ stated, found, version }, "0".repeat(64), "generated/a")).toThrow(
      expect.objectContaining({ exitCode: 3, fix: "run `npm install` in generated/a" }),
    );
    expect(installed("generated/a")).toBeUndefined();
  });
});
