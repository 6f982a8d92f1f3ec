import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  downloadFailure,
  fetchWheels,
  findCompiler,
  type InstallContext,
  pipEnvironment,
} from "../../../src/support/backends/tools.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "tools 'ä-"));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

function context(env: NodeJS.ProcessEnv = process.env): InstallContext {
  const directory = join(cache, "staging");
  mkdirSync(directory, { recursive: true });
  return { directory, cache, offline: true, env, step: () => undefined };
}

function writeWheel(): void {
  mkdirSync(join(cache, "wheels"));
  const files = {
    "tiny/library.so": "library",
    "tiny/include/header.h": "header",
    "tiny/other.py": "never wanted",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "tiny-1.0.dist-info/RECORD": "",
  };
  const zipped = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
  writeFileSync(join(cache, "wheels", "tiny-1.0-py3-none-any.whl"), zipped);
}

const options = (target: string) => ({
  target,
  version: "3.12",
  packages: ["tiny==1.0"],
  members: ["tiny/library", "tiny/include/"],
});

describe.skipIf(spawnSync("python3", ["-m", "pip", "--version"]).status !== 0)(
  "fetchWheels (skipped where python3 has no pip)",
  () => {
    it("takes a wheel of the cache folder offline, and only the members that are wanted, whatever pip's settings", async () => {
      writeWheel();
      const elsewhere = join(cache, "elsewhere");
      const env = { ...process.env, PIP_TARGET: elsewhere, PIP_USER: "1", PYTHONHOME: "/nonexistent" };
      const hostile = { ...env, PIP_NO_BINARY: ":all:", PIP_FIND_LINKS: "http://127.0.0.1:9/" };
      const { directory } = context();
      const target = join(directory, "python");
      await fetchWheels(context(hostile), "python3", options(target));
      expect(readFileSync(join(target, "tiny", "library.so"), "utf8")).toBe("library");
      expect(readdirSync(join(target, "tiny")).sort()).toEqual(["include", "library.so"]);
      expect([existsSync(elsewhere), existsSync(join(directory, "downloads"))]).toEqual([false, false]);
    }, 60_000);

    it("says offline which command brings the wheel", async () => {
      const call = fetchWheels(context(), "python3", options(join(cache, "python")));
      await expect(call).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining("--offline forbids the network"),
        fix: expect.stringContaining("pip download --no-deps --only-binary=:all: --python-version 3.12 -d "),
      });
    }, 60_000);
  },
);

describe("pipEnvironment", () => {
  it("keeps addresses, but not when the network is forbidden", () => {
    const env = { PIP_FIND_LINKS: "https://example.org/wheels", PIP_INDEX_URL: "https://example.org/simple" };
    expect(pipEnvironment(env, "/tmp", false)).toMatchObject(env);
    expect(pipEnvironment(env, "/tmp", true).PIP_FIND_LINKS).toBeUndefined();
    expect(pipEnvironment({ PIP_FIND_LINKS: "/wheels" }, "/tmp", true).PIP_FIND_LINKS).toBe("/wheels");
  });
});

describe.skipIf(process.platform === "win32")("findCompiler", () => {
  it("takes CXX with its arguments, and names it where it does not run", async () => {
    expect(await findCompiler(context({ ...process.env, CXX: "env true" }), "fix")).toEqual(["env", "true"]);
    await expect(findCompiler(context({ ...process.env, CXX: "no-such" }), "fix")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("no-such"),
      fix: expect.stringContaining("unset CXX"),
    });
  });
});

it("does not blame the platform where pip may not have reached its index", () => {
  const output =
    "ERROR: Could not find a version that satisfies x (from versions: none)\nERROR: No matching distribution found";
  const failure = downloadFailure("pip failed", { code: 1, missing: false, timedOut: false, output }, false);
  expect([failure.message, failure.fix].join()).toMatch(/index cannot be reached.*check the network/);
});
