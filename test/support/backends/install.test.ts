import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installDirectory, readInstall } from "../../../src/support/backends/cache.ts";
import { type Installer, installBackend, listBackends, removeBackend } from "../../../src/support/backends/install.ts";
import { parseCudaRequirements } from "../../../src/support/backends/install-native.ts";
import { downloadFailure, requireDiskSpace } from "../../../src/support/backends/tools.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "backends-"));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

/** Writes two small files in place of the real packages. */
function fakeInstaller(probe = { usable: true, reason: "" }): Installer & { builds: number } {
  const installer = {
    builds: 0,
    probe: async () => ({ version: "", device: "", fix: "", ...probe }),
    build: async (...[context, , verify]: Parameters<Installer["build"]>) => {
      installer.builds++;
      writeFileSync(join(context.directory, "binding.node"), "binding");
      writeFileSync(join(context.directory, "library.so"), "library");
      const built = {
        method: "wheel" as const,
        versions: { tensorflow: "2" },
        binding: "binding.node",
        files: ["library.so"],
      };
      const problem = await verify(built);
      if (problem !== undefined) throw new Error(problem);
      return built;
    },
  };
  return installer;
}

describe("installBackend", () => {
  it("installs once and then does nothing", async () => {
    const installer = fakeInstaller();
    const first = await installBackend("cpu", { cacheDirectory: cache }, installer);
    const second = await installBackend("cpu", { cacheDirectory: cache }, installer);
    expect([first.unchanged, second.unchanged, installer.builds]).toEqual([false, true, 1]);
    expect(readdirSync(join(cache, "backends"))).toHaveLength(1); // neither lock nor staging folder is left
  });

  it("installs once for two callers at the same time", async () => {
    const installer = fakeInstaller();
    const options = { cacheDirectory: cache };
    const results = await Promise.all([
      installBackend("cpu", options, installer),
      installBackend("cpu", options, installer),
    ]);
    expect(installer.builds).toBe(1);
    expect(results.map(({ unchanged }) => unchanged).sort()).toEqual([false, true]);
  });

  it("leaves nothing under the final name when the build does not compute", async () => {
    const installer = fakeInstaller({ usable: false, reason: "ended with SIGILL" });
    await expect(installBackend("cpu", { cacheDirectory: cache }, installer)).rejects.toThrow("SIGILL");
    expect(existsSync(installDirectory("cpu", cache))).toBe(false);
    await installBackend("cpu", { cacheDirectory: cache }, fakeInstaller());
    expect(readInstall("cpu", cache).record.versions.tensorflow).toBe("2");
  });

  it.each([
    ["binding.node", "other", /not the file that was built/],
    ["library.so", "LIBRARY", undefined],
    ["library.so", "short", /5 bytes instead of 7/],
    ["installed.json", "{", /cannot be read/],
  ])("finds a changed %s and builds it again", async (file, text, message) => {
    const installer = fakeInstaller();
    await installBackend("cpu", { cacheDirectory: cache }, installer);
    writeFileSync(join(installDirectory("cpu", cache), file), text);
    // The contents of libraries are compared by an installation only.
    if (message !== undefined) expect(() => readInstall("cpu", cache)).toThrow(message);
    expect(listBackends({ cacheDirectory: cache })[1]).toMatchObject({ name: "cpu", installed: false });
    await installBackend("cpu", { cacheDirectory: cache }, installer);
    expect(installer.builds).toBe(2);
    expect(() => readInstall("cpu", cache)).not.toThrow();
  });

  it("keeps working when the cache is moved, and says so when a library is gone", async () => {
    await installBackend("cpu", { cacheDirectory: cache }, fakeInstaller());
    const moved = `${cache}-moved`;
    renameSync(cache, moved);
    try {
      expect(readInstall("cpu", moved).directory).toContain(moved);
      expect(() => readInstall("cpu", cache)).toThrow("it is not installed");
      rmSync(join(installDirectory("cpu", moved), "library.so"));
      expect(() => readInstall("cpu", moved)).toThrow(/library\.so is missing/);
    } finally {
      rmSync(moved, { recursive: true, force: true });
    }
  });

  it("removes what it installed", async () => {
    await installBackend("cpu", { cacheDirectory: cache }, fakeInstaller());
    const { removed, bytes } = await removeBackend("cpu", { cacheDirectory: cache });
    expect(removed).toHaveLength(1);
    expect(bytes).toBeGreaterThan(0);
    expect(listBackends({ cacheDirectory: cache }).map(({ installed }) => installed)).toEqual([false, false, false]);
  });
});

describe("a cache folder that cannot be used", () => {
  it.each(["installs", "removes"])(
    "is an error with exit code 3 and a fix where the backends' folder is a file: %s",
    async (what) => {
      writeFileSync(join(cache, "backends"), "");
      const call =
        what === "installs"
          ? installBackend("cpu", { cacheDirectory: cache }, fakeInstaller())
          : removeBackend("cpu", { cacheDirectory: cache });
      await expect(call).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining("cannot be written to"),
        fix: expect.stringContaining("LSTM_COMPILE_CACHE"),
      });
    },
  );

  it("is one where LSTM_COMPILE_CACHE names a file", async () => {
    const file = join(cache, "file");
    writeFileSync(file, "");
    await expect(installBackend("cpu", { cacheDirectory: file }, fakeInstaller())).rejects.toMatchObject({
      exitCode: 3,
    });
    expect(await removeBackend("cpu", { cacheDirectory: file })).toEqual({ removed: [], bytes: 0 });
  });
});

describe("what a removal or a replacement that was cut short has left", () => {
  const leave = (): void => {
    for (const name of [".removed-1-cpu-x", ".removed-1-.staging-cpu-x", "cpu-x.old-1", ".removed-1-gpu-x"]) {
      mkdirSync(join(cache, "backends", name), { recursive: true });
      writeFileSync(join(cache, "backends", name, "library.so"), "library");
    }
  };

  it("goes with the next installation of that backend", async () => {
    leave();
    const { directory } = await installBackend("cpu", { cacheDirectory: cache }, fakeInstaller());
    expect(readdirSync(join(cache, "backends")).sort()).toEqual([".removed-1-gpu-x", basename(directory)]);
  });

  it("goes with its next removal", async () => {
    leave();
    expect(await removeBackend("cpu", { cacheDirectory: cache })).toEqual({ removed: [], bytes: 21 });
    expect(readdirSync(join(cache, "backends"))).toEqual([".removed-1-gpu-x"]);
  });
});

describe("messages", () => {
  it("tells a full disk, no network, --offline and a missing wheel apart", () => {
    const because = (output: string, offline = false): string =>
      downloadFailure("pip failed", { code: 1, missing: false, timedOut: false, output }, offline).message;
    expect(because("OSError: [Errno 28] No space left on device")).toContain("the disk is full");
    expect(because("npm error code ENOTFOUND")).toContain("cannot be reached");
    expect(because("npm error code ENOTCACHED", true)).toContain("--offline forbids the network");
    expect(because("ERROR: No matching distribution found for x")).toContain("no such package for this platform");
  });

  it("says how much space is missing", () => {
    expect(() => requireDiskSpace("/cache", "cpu", 1e9)).toThrow("1.0 GB of free space; 1.6 GB are needed");
    expect(() => requireDiskSpace("/cache", "cpu", 1e10)).not.toThrow();
  });

  it("reads the CUDA wheels from TensorFlow's own list", () => {
    const metadata = `Requires-Dist: numpy>=1.26.0\nRequires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"\n`;
    expect(parseCudaRequirements(metadata)).toEqual(["nvidia-cudnn-cu12<10.0,>=9.3.0.75"]);
  });
});
