import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";

const SPEC = `specVersion: 1
name: stores
dataset:
  type: table
  path: data/*.csv
  series: [store, item]
  time: day
  order: sort
  target: sales
  features: [sales, price]
  columns: { price: { missing: indicator, min: 0 } }
  lookback: 4
  horizon: 2
  testRows: 5
  validation: 0.2
  scalePer: series
layers:
  - { type: lstm, units: 4 }
  - { type: dense, units: 2 }
optimizer: { type: adam, learningRate: 0.01 }
training: { loss: meanSquaredError, epochs: 2, batchSize: 8 }
`;

/** Newest first, with a decimal comma; a price is missing now and then. */
function csv(store: string): string {
  const rows = Array.from({ length: 30 }, (_, k) => 30 - k).flatMap((day) =>
    ["x", "y, z"].map((item) => {
      const price = day % 7 === 0 ? "?" : `${day % 3},5`;
      return `${store};"${item}";${String(day).padStart(2, "0")}.03.2024;${(day % 5) + (item === "x" ? 1000 : 1)},25;${price}`;
    }),
  );
  return `store;item;day;sales;price\n${rows.join("\n")}\n`;
}

let root: string;
let program: string;

beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "table-")));
  mkdirSync(join(root, "data"));
  for (const store of ["north", "south"]) writeFileSync(join(root, "data", `${store}.csv`), csv(store));
  const { program: compiled, diagnostics } = compile(SPEC, { headerPath: "stores.yaml" });
  expect(diagnostics).toEqual([]);
  program = writeProgram(root, compiled!).folder;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(file: string, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const [command, ...rest] = programCommand(join(program, file));
  const env = { ...process.env, LSTM_COMPILE_CACHE: join(root, "cache") };
  return spawnSync(command!, [...rest, ...args, "--backend", "wasm"], { encoding: "utf8", cwd: root, env });
}

it("trains on the series of several files, resumes, and forecasts each of them", () => {
  const trained = run("train.ts", "--epochs", "1");
  expect(trained.status, trained.stderr).toBe(0);
  expect(trained.stderr).toMatch(/120 rows, 4 series; 6\d training samples/);
  expect(trained.stderr).toMatch(/forecast: MASE [\d.]+ \(test, sales, mean over 4 series\); naive [\d.]+, /);
  const report = readFileSync(join(root, "runs/stores/0001/report.html"), "utf8");
  expect(report).toContain("in units of sales, mean over 4 series.");

  const resumed = run("train.ts", "--resume");
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/epoch 2\/2/);

  const lines = run("predict.ts", "--csv").stdout.trimEnd().split("\n");
  expect(lines[0]).toBe("store,item,day,sales");
  expect(lines.slice(1).map((line) => line.replace(/[^,]*$/, ""))).toEqual(
    ["north", "south"].flatMap((store) =>
      ["x", '"y, z"'].flatMap((item) => ["31.03.2024", "01.04.2024"].map((day) => `${store},${item},${day},`)),
    ),
  );

  const one = JSON.parse(run("predict.ts", "--series", "north / x", "--json").stdout);
  expect(one.series).toHaveLength(1);
  expect(one.series[0].forecast.map(String)).toEqual(lines.slice(1, 3).map((line) => line.split(",").at(-1)));

  // The same rows, from an application.
  const day = (k: number): object => ({ sales: (k % 5) + 1000.25, price: k % 7 === 0 ? null : (k % 3) + 0.5 });
  const rows = JSON.stringify([26, 27, 28, 29, 30].map(day));
  writeFileSync(
    join(program, "application.ts"),
    `import { createPredictor } from "./predictor.ts";
const predictor = await createPredictor({ backend: "wasm" });
console.log(JSON.stringify(await predictor.predict([{ series: ["north", "x"], rows: ${rows} }])));\n`,
  );
  expect(JSON.parse(run("application.ts").stdout)).toEqual([one.series[0].forecast]);
});

it("refuses a price below the contract with file and row, and data that changed when it is resumed", () => {
  const wrong = join(root, "wrong");
  mkdirSync(join(wrong, "data"), { recursive: true });
  writeFileSync(join(wrong, "data/north.csv"), csv("north").replace(";2,5\n", ";-2,5\n"));
  const { status, stderr } = run("train.ts", "--data", wrong, "--epochs", "1");
  expect(status).toBe(1);
  expect(stderr).toMatch(/north\.csv.*"price"/);
  expect(stderr).toMatch(/row 3\b/);

  writeFileSync(join(wrong, "data/north.csv"), csv("north"));
  const resumed = run("train.ts", "--resume", "--epochs", "3", "--data", wrong);
  expect(resumed.status).toBe(2);
  expect(resumed.stderr).toMatch(/south\.csv is no longer read since the run began|has changed/);
});
