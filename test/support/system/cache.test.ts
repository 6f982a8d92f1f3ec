import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cacheDirectory } from "../../../src/support/system/cache.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** The folder on a platform, under these variables of the environment. */
function on(platform: NodeJS.Platform, variables: Record<string, string> = {}): string {
  const unset = { LSTM_COMPILE_CACHE: "", XDG_CACHE_HOME: "", LOCALAPPDATA: undefined };
  for (const [name, value] of Object.entries({ ...unset, ...variables })) vi.stubEnv(name, value);
  vi.stubGlobal("process", Object.create(process, { platform: { value: platform } }));
  return cacheDirectory();
}

describe("cacheDirectory", () => {
  it("prefers LSTM_COMPILE_CACHE, then XDG_CACHE_HOME", () => {
    expect(on("linux", { LSTM_COMPILE_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
    expect(on("linux", { XDG_CACHE_HOME: "/b" })).toBe(join("/b", "lstm-compile"));
  });

  it("is the usual place of each system otherwise", () => {
    expect(on("linux")).toBe(join(homedir(), ".cache", "lstm-compile"));
    expect(on("darwin")).toBe(join(homedir(), "Library", "Caches", "lstm-compile"));
    expect(on("win32", { LOCALAPPDATA: "L" })).toBe(join("L", "lstm-compile"));
    expect(on("win32")).toBe(join(homedir(), "AppData", "Local", "lstm-compile"));
  });
});
