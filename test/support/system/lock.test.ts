import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { programCommand } from "../../../src/program/run.ts";
import { ownerFile, takeOver, withLock } from "../../../src/support/system/lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lock = (): string => join(folder, "lock");

function lockOf(file: string): void {
  mkdirSync(lock());
  writeFileSync(join(lock(), file), "");
}

/** No process has this id. */
const DEAD = 2 ** 30;

describe("withLock", () => {
  it("lets one in after the other, also when the first one fails", async () => {
    const order: string[] = [];
    const first = withLock(lock(), async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("first");
      throw new Error("failed");
    });
    const second = withLock(lock(), async () => order.push("second"), { interval: 5 });
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(order).toEqual(["first", "second"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes over the lock of a process that has ended", async () => {
    lockOf(ownerFile(DEAD));
    expect(await withLock(lock(), async () => "done", { timeout: 1000, interval: 5 })).toBe("done");
    expect(existsSync(lock())).toBe(false);
  });

  it.runIf(process.platform === "linux")("takes over the lock of a process that has ended unasked for", async () => {
    // The shell becomes a `sleep`, which does not ask for what the shell has started.
    const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 600"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const zombie = await new Promise((resolve) => parent.stdout.once("data", resolve));
      lockOf(ownerFile(Number(String(zombie))));
      expect(await withLock(lock(), async () => "done", { timeout: 5000, interval: 5 })).toBe("done");
    } finally {
      parent.kill();
    }
  });

  it("takes over the lock of a process whose number this one has got, as in a container that starts again", async () => {
    lockOf(ownerFile());
    expect(await withLock(lock(), async () => "done", { timeout: 20, interval: 5 })).toBe("done");
  });

  it("takes over an empty lock, which a release that was cut short leaves", async () => {
    mkdirSync(lock());
    expect(await withLock(lock(), async () => "done", { timeout: 1000, interval: 5 })).toBe("done");
  });

  it("takes over the lock of another host only after a minute without a sign of life", async () => {
    const file = `owner_${process.pid}_another-host_x`;
    lockOf(file);
    await expect(withLock(lock(), async () => "never", { timeout: 20, interval: 5 })).rejects.toThrow("holds the lock");
    const then = new Date(Date.now() - 120_000);
    utimesSync(join(lock(), file), then, then);
    expect(await withLock(lock(), async () => "done", { timeout: 1000, interval: 5 })).toBe("done");
  });

  it("gives up on one that is held, naming the process", async () => {
    await withLock(lock(), async () => {
      const waiting = withLock(lock(), async () => "never", { timeout: 30, interval: 5 });
      await expect(waiting).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining(String(process.pid)),
      });
    });
  });
});

describe("a stale lock that several processes see", () => {
  it("is taken over by the first; the second does not take it from that one", () => {
    const dead = ownerFile(DEAD);
    lockOf(dead);
    const [first, second] = [ownerFile(), ownerFile()];
    expect(takeOver(lock(), dead, first)).toBe(true);
    expect(takeOver(lock(), dead, second)).toBe(false);
    expect(readdirSync(lock())).toEqual([first]);
  });

  it("has one owner at a time when processes die holding it, one after the other", async () => {
    const [command, ...args] = programCommand(fileURLToPath(new URL("./lock-child.ts", import.meta.url)));
    const children = Array.from({ length: 6 }, () => {
      const child = spawn(command, [...args, lock(), join(folder, "working")], { stdio: ["ignore", "ignore", "pipe"] });
      return new Promise<string>((resolve) => {
        let errors = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          errors += text;
        });
        child.on("close", (code) => resolve(code === 0 ? "alone" : errors));
      });
    });
    expect(await Promise.all(children)).toEqual(Array(6).fill("alone"));
  });
});
