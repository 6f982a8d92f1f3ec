import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { probeInChild } from "../../src/support/backends/child.ts";
import { cpuInstalled, isInstalled, NO_CPU } from "../installed.ts";

mkdirSync(".tmp", { recursive: true });
const root = resolve(mkdtempSync(join(".tmp", "backends-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The reference model without dropout, as 20 epochs of one step, so that metrics.jsonl has the loss of each step. */
function reference(samples: number): string {
  return readFileSync("specs/mnist-lstm.yaml", "utf8")
    .replace("type: mnist", `type: digits\n  trainSamples: ${samples}\n  testSamples: 1`)
    .replaceAll(/ {2}- type: dropout\n {4}rate: .*\n/g, "")
    .replace("epochs: 4", "epochs: 20");
}

/** The same structure, small: a batch of 4, 4 timesteps of 7 rows each, 12 units. */
const small = reference(4)
  .replace("name: mnist-lstm", "name: small-lstm")
  .replace("layers:\n", "layers:\n  - type: reshape\n    targetShape: [4, 196]\n")
  .replaceAll("units: 256", "units: 12")
  .replace("learningRate: 1.0e-4", "learningRate: 1.0e-3");

// Read by this process's probe and by the programs.
process.env.LSTM_WEBGPU_ADAPTER ??= "software";

function losses(spec: string, backend: string): number[] {
  const { program } = compile(spec);
  const { folder } = writeProgram(root, program!);
  const [command, ...rest] = programCommand(join(folder, "train.ts"));
  const out = mkdtempSync(join(root, `${backend}-`));
  const { status, stderr } = spawnSync(command!, [...rest, "--backend", backend, "--out", out], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
}

/** Trains on every backend from the same initial weights; all losses are those of wasm to 1e-4, and go down. */
function expectAgreement(spec: string, backends: readonly string[]): void {
  const wasm = losses(spec, "wasm");
  expect(wasm).toHaveLength(20);
  expect(wasm[19]!).toBeLessThan(wasm[0]! - 0.01);
  for (const backend of backends) {
    const differences = losses(spec, backend).map((loss, step) => Math.abs(loss - wasm[step]!));
    expect(differences).toHaveLength(20);
    expect(Math.max(...differences), `${backend}: ${differences.join(", ")}`).toBeLessThan(1e-4);
  }
}

const native = cpuInstalled ? ["cpu"] : [];
const webgpu = isInstalled("webgpu")
  ? await probeInChild("webgpu", {})
  : { usable: false, reason: "it is not installed" };

const FULL = process.env.LSTM_COMPILE_FULL_WEBGPU === "1";

/** Most of the time goes into the start of programs; a machine that does other things needs several minutes. */
const TIMEOUT = 600_000;

describe("losses over 20 steps, to 1e-4", () => {
  it.skipIf(!cpuInstalled)(
    `are the same on cpu and wasm for the reference model${NO_CPU}`,
    () => expectAgreement(reference(32), native),
    TIMEOUT,
  );

  it.skipIf(!webgpu.usable)(
    `are the same on webgpu, wasm and cpu for a small model of its structure${webgpu.usable ? "" : ` (skipped: ${webgpu.reason})`}`,
    () => expectAgreement(small, [...native, "webgpu"]),
    TIMEOUT,
  );

  // SwiftShader takes half a minute for a step of 2 samples.
  it.skipIf(!webgpu.usable || !FULL)(
    `are the same on webgpu, wasm and cpu for the reference model${FULL ? "" : " (skipped: LSTM_COMPILE_FULL_WEBGPU is not 1)"}`,
    () => expectAgreement(reference(2), [...native, "webgpu"]),
    6 * TIMEOUT,
  );
});
