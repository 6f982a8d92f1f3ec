import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import { temporaryFolder } from "../data/fixtures.ts";
import { interleaved, OPTIONS, ROWS } from "./interleaved.ts";

const folder = temporaryFolder();
const CHILD = ["--import", "tsx", fileURLToPath(new URL("./slow-prepare.ts", import.meta.url))];

async function prepared(cacheDirectory: string): Promise<Buffer> {
  const { path } = await prepareTable(interleaved(), OPTIONS, { cacheDirectory, key: "" });
  return readFileSync(path);
}

describe("a process that prepares a table", () => {
  it.each([
    ["while it reads", 10_000, 0],
    ["when it has read", ROWS, 0],
    ["while it writes", ROWS, 15],
    ["later", ROWS, 60],
  ])("leaves nothing that is taken for a whole file when it is killed %s", async (_, rows, delay) => {
    const expected = await prepared(join(folder, "expected"));
    const cache = join(folder, `killed-${rows}-${delay}`);
    const child = spawn(process.execPath, [...CHILD, cache], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = once(child, "close");
    for await (const text of child.stdout.setEncoding("utf8")) {
      if (
        String(text)
          .split("\n")
          .some((line) => Number(line) >= rows)
      )
        break;
    }
    await sleep(delay);
    child.kill("SIGKILL");
    await closed;
    expect((await prepared(cache)).equals(expected)).toBe(true);
    const left = readdirSync(join(cache, "tables")).filter((name) => !name.endsWith(".lock"));
    expect(left).toHaveLength(1);
  });

  it("shares the work with others that want the same table", async () => {
    const cache = join(folder, "shared");
    const children = Array.from({ length: 2 }, () => {
      return spawn(process.execPath, [...CHILD, cache], { stdio: ["ignore", "pipe", "inherit"] });
    });
    const outputs = await Promise.all(
      children.map(async (child) => {
        let text = "";
        for await (const part of child.stdout.setEncoding("utf8")) text += part;
        return text.trim().split("\n");
      }),
    );
    for (const lines of outputs) expect(lines.at(-1)).toBe(`rows ${ROWS}`);
    // The one that had the lock read the rows, the other one found them.
    expect(outputs.map((lines) => lines.length).sort((a, b) => a - b)).toEqual([1, 1 + Math.ceil(ROWS / 2048)]);
    expect((await prepared(cache)).equals(await prepared(join(folder, "expected")))).toBe(true);
  });

  it.skipIf(process.platform === "win32")("says so where a disk or a limit has no room for the file", async () => {
    const cache = join(folder, "limited");
    // Blocks of 512 or 1024 bytes
    const child = spawn("sh", ["-c", 'ulimit -f 200 && exec "$@"', "sh", process.execPath, ...CHILD, cache]);
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.stdout.resume();
    const [code] = (await once(child, "close")) as [number];
    expect(errors).toMatch(
      /^error: cannot write .*tmp: the file is larger than the file system or a limit allows \(EFBIG\)\n {2}fix: /,
    );
    expect(code).toBe(3);
    expect(readdirSync(join(cache, "tables"))).toEqual([]);
  });
});
