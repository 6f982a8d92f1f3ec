import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../../src/compile.ts";
import { programCommand } from "../../src/run/run.ts";
import { listBackends } from "../../src/support/backends/install.ts";
import { writeProgram } from "../../src/write/write.ts";

mkdirSync(".tmp", { recursive: true });
const root = resolve(mkdtempSync(join(".tmp", "backends-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The reference model without dropout, as 20 epochs of one step, so that metrics.jsonl has the loss of each step. */
const spec = readFileSync("specs/mnist-lstm.yaml", "utf8")
  .replace("type: mnist", "type: digits\n  trainSamples: 32\n  testSamples: 1")
  .replaceAll(/ {2}- type: dropout\n {4}rate: .*\n/g, "")
  .replace("epochs: 4", "epochs: 20");

function losses(backend: string): number[] {
  const { program } = compile(spec);
  const { folder } = writeProgram(root, program!);
  const [command, ...rest] = programCommand(join(folder, "train.ts"));
  const out = join(root, backend);
  const { status, stderr } = spawnSync(command!, [...rest, "--backend", backend, "--out", out], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
}

const cpuInstalled = listBackends().some(({ name, installed }) => name === "cpu" && installed);

describe("the reference model on different backends", () => {
  it.skipIf(!cpuInstalled)(
    "has the same losses over 20 steps on cpu and wasm, to 1e-4 (skipped: cpu is not installed)",
    () => {
      const wasm = losses("wasm");
      const cpu = losses("cpu");
      expect(wasm).toHaveLength(20);
      expect(wasm[19]!).toBeLessThan(wasm[0]! - 0.01);
      for (const [step, loss] of wasm.entries())
        expect(Math.abs(cpu[step]! - loss), `step ${step + 1}`).toBeLessThan(1e-4);
    },
  );
});
