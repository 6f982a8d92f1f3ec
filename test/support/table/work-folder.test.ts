import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeWorkFolder } from "../../../src/support/table/work-folder.ts";
import { temporaryFolder } from "../data/fixtures.ts";

const parent = join(temporaryFolder(), "tables");

it("is removed with its lock, and those of others that run stay", () => {
  const [one, other] = [makeWorkFolder(parent), makeWorkFolder(parent)];
  expect(existsSync(one.path)).toBe(true);
  writeFileSync(join(other.path, "copy.csv"), "a\n");
  one.remove();
  other.remove();
  expect(readdirSync(parent)).toEqual([]);
});

it("is removed by the next process where its own was killed", async () => {
  const module = new URL("../../../src/support/table/work-folder.ts", import.meta.url).href;
  const script = `const { makeWorkFolder } = await import(${JSON.stringify(module)});
console.log(makeWorkFolder(${JSON.stringify(parent)}).path);
setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script]);
  const [line] = await once(child.stdout, "data");
  const left = String(line).trim();
  expect(existsSync(left)).toBe(true);
  const running = makeWorkFolder(parent);
  expect(existsSync(left)).toBe(true);
  running.remove();
  child.kill("SIGKILL");
  await once(child, "exit");
  const next = makeWorkFolder(parent);
  expect([existsSync(left), existsSync(next.path)]).toEqual([false, true]);
  next.remove();
  expect(readdirSync(parent)).toEqual([]);
});
