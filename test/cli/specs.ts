import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import { main } from "../../src/cli/main.ts";

/** A spec of a tiny model on generated digits. */
export function spec(name: string, units = 4): string {
  return `specVersion: 1
name: ${name}
dataset: { type: digits, trainSamples: 64, testSamples: 32, scale: 255 }
layers:
  - { type: lstm, units: ${units} }
  - { type: dense, units: 10, activation: softmax }
optimizer: { type: adam }
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy], batchSize: 32 }
`;
}

/** Runs each test in an empty project of its own. */
export function useProject(): void {
  const before = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lstm-compile-"));
    process.chdir(folder);
    writeFileSync("package.json", "{}");
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Runs the command line in this process. */
export async function lstmCompile(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  try {
    const exitCode = await main(argv);
    return { exitCode, stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
