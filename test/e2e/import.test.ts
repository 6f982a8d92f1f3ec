import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { programCommand } from "../../src/program/run.ts";
import { formatNpy, parseNpy } from "../../src/support/data/npy.ts";

const KERAS = resolve("test/fixtures/keras-files/sequential.keras");

let root: string;
beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "import-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("predicts with imported weights what Keras predicts, and trains on from them", async () => {
  const spec = join(root, "text.yaml");
  const out = join(root, "run");
  expect(await main(["import", KERAS, "-o", spec])).toBe(0);
  // Of two samples none can be held out.
  writeFileSync(spec, readFileSync(spec, "utf8").replace("type: arrays", "type: arrays\n  validation: test"));
  expect(await main(["weights", "import", spec, KERAS, "--run", out])).toBe(0);
  expect(await main([spec, "-o", root])).toBe(0);

  const { inputs, output } = JSON.parse(readFileSync(KERAS.replace(/\.keras$/, ".json"), "utf8"));
  const ids = Int32Array.from(inputs[0].data);
  for (const part of ["train", "test"]) {
    writeFileSync(join(root, `${part}-inputLayer.npy`), formatNpy(ids, [2, 6]));
    writeFileSync(join(root, `${part}-targets.npy`), formatNpy(Int32Array.of(0, 2), [2]));
  }
  const run = (file: string, ...args: string[]) => {
    const [command, ...rest] = programCommand(join(root, "text-classifier", file));
    return spawnSync(command!, [...rest, ...args, "--backend", "wasm"], { encoding: "utf8", cwd: root });
  };

  const predicted = run(
    "predict.ts",
    "--run",
    out,
    "--input",
    join(root, "test-inputLayer.npy"),
    "--output",
    join(root, "predicted.npy"),
  );
  expect(predicted.stderr).not.toContain("error:");
  expect(predicted.status).toBe(0);
  const { data } = parseNpy(readFileSync(join(root, "predicted.npy")), "predicted.npy");
  for (const [k, value] of output.data.entries()) expect(data[k]).toBeCloseTo(value, 5);

  const trained = run("train.ts", "--resume", "--out", out, "--data", root, "--epochs", "1");
  expect(trained.stderr).toContain("epoch 1/1");
  expect(trained.status).toBe(0);
}, 120_000);
