import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { programCommand } from "../../../src/program/run.ts";
import { folderSize, runToEnd } from "../../../src/support/backends/command.ts";
import { installBackend } from "../../../src/support/backends/install.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "command-"));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

describe("runCommand", () => {
  it("gives the exit code and what was printed on both streams", async () => {
    const result = await runToEnd("sh", ["-c", "echo out; echo err >&2; exit 3"], { cwd: cache });
    expect(result).toMatchObject({ code: 3, missing: false, timedOut: false });
    expect(result.output.split("\n").sort()).toEqual(["", "err", "out"]);
  });

  it("says that a command does not exist", async () => {
    expect(await runToEnd("no-such-command", [], { cwd: cache })).toMatchObject({ code: undefined, missing: true });
  });

  it("ends what makes no progress, with all that it started", async () => {
    const output = join(cache, "ticks");
    const script = 'sh -c \'while :; do echo tick >> "$1"; sleep 0.02; done\' sh "$1" & wait';
    const result = await runToEnd("sh", ["-c", script, "sh", output], { cwd: cache, idleTimeout: 300 });
    expect(result).toMatchObject({ code: undefined, timedOut: true });
    await expectStill(output);
  });
});

/** Nothing writes into a file any more. A process that was just killed may have had one line on its way. */
async function expectStill(file: string): Promise<void> {
  await sleep(300);
  const before = statSync(file).size;
  await sleep(500);
  expect(statSync(file).size).toBe(before);
}

describe("folderSize", () => {
  it("counts the files below a folder; one that is not there has none", () => {
    mkdirSync(join(cache, "a", "b"), { recursive: true });
    writeFileSync(join(cache, "a", "b", "file"), "12345");
    writeFileSync(join(cache, "file"), "123");
    expect([folderSize(cache), folderSize(join(cache, "missing"))]).toEqual([8, 0]);
  });

  it("survives that another process removes what it is about to look at", async () => {
    const [command, ...args] = programCommand(fileURLToPath(new URL("./churn-child.ts", import.meta.url)));
    const child = spawn(command, [...args, join(cache, "churn")], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    try {
      while (!existsSync(join(cache, "churn"))) await sleep(10);
      const until = Date.now() + 1000;
      while (Date.now() < until) expect(folderSize(cache)).toBeGreaterThanOrEqual(0);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });
});

describe.skipIf(process.platform === "win32")("a command of a process that was ended from outside", () => {
  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "ends with it after %s; the next install goes on",
    async (signal) => {
      const output = join(cache, "output");
      const [command, ...args] = programCommand(fileURLToPath(new URL("./command-child.ts", import.meta.url)));
      const child = spawn(command, [...args, cache, output], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      while (!existsSync(output)) await sleep(50);
      child.kill(signal);
      await ended;
      await expectStill(output);

      const installed = await installBackend(
        "cpu",
        { cacheDirectory: cache },
        {
          probe: async () => ({ usable: true, version: "", device: "", reason: "", fix: "" }),
          build: async ({ directory }, _, verify) => {
            writeFileSync(join(directory, "binding.node"), "binding");
            const built = { method: "wheel" as const, versions: {}, binding: "binding.node", files: [] };
            await verify(built);
            return built;
          },
        },
      );
      expect(installed.unchanged).toBe(false);
      expect(readdirSync(join(cache, "backends"))).toHaveLength(1);
    },
  );
});
