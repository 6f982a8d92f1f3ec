// From own data to a trained run and its predictions: a series, labelled sequences, a text.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gestures, npy, verses, visits } from "./data.js";
import { nextCommand } from "./shell.js";

/** The editor finds the schema that the first line of a spec names. */
function assertSchema(spec) {
  const path = readFileSync(spec, "utf8").match(/^# yaml-language-server: \$schema=(.+)\n/)?.[1];
  assert.ok(path !== undefined && existsSync(resolve(dirname(spec), path)), `${spec} names no schema that is there`);
}

function lastEpoch(run) {
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  return JSON.parse(lines.at(-1)).epoch;
}

/** What every program of a project needs is installed once: with the compiler. */
function assertNothingInstalled(project, { stderr }) {
  assert.doesNotMatch(stderr, /install(ing|ed) /);
  const inside = readdirSync(join(project, "generated"), { recursive: true }).filter((path) =>
    /node_modules/.test(path),
  );
  assert.deepEqual(inside, []);
}

async function series({ project, shell }) {
  const started = await shell("npx lstm-compile init visits --template forecast");
  assertSchema(join(project, "visits.yaml"));
  // The template's spec, on a file of one's own.
  const spec = readFileSync(join(project, "visits.yaml"), "utf8");
  writeFileSync(join(project, "visits.csv"), visits(130));
  writeFileSync(join(project, "visits.yaml"), spec.replace("target: sales", "target: visits"));
  const explained = await shell("npx lstm-compile explain visits.yaml");
  assert.match(explained.stdout, /lstm1 +lstm/);
  for (const step of [await shell("npx lstm-compile validate visits.yaml"), explained])
    assert.equal(nextCommand(step), nextCommand(started));
  const refused = await shell("npx lstm-compile run visits.yaml -- --backend cpu", { code: 3 });
  assert.match(refused.stderr, /^ {2}fix: npx lstm-compile backend install cpu$/m);
  const trained = await shell(nextCommand(started));
  assert.match(trained.stderr, /^forecast: MAE .*naive/m);
  assertNothingInstalled(project, trained);
  const predicted = await shell(nextCommand(trained));
  assert.match(predicted.stdout, /^2024-11: \d+(\.\d+)?\n2024-12: .*\n2025-01: .*\n$/);
  assert.equal((await shell("npx lstm-compile predict visits.yaml")).stdout, predicted.stdout);

  const resumed = await shell("npx lstm-compile run visits.yaml -- --resume --epochs 42");
  assert.match(resumed.stderr, /resumed runs\/visits\/0001/);
  assert.equal(lastEpoch(join(project, "runs/visits/0001")), 42);
  const later = await shell(nextCommand(resumed));
  assert.notEqual(later.stdout, predicted.stdout);
}

const GESTURES = `# yaml-language-server: $schema=../../node_modules/lstm-compile/schemas/model-spec.v1.schema.json
specVersion: 1
name: gestures
dataset:
  type: arrays
  inputs:
    - { name: motion, shape: [20, 2], train: data/train-x.npy, test: data/test-x.npy }
  targets: { encoding: labels, classes: 3, train: data/train-y.npy, test: data/test-y.npy }
layers:
  - { type: gru, units: 8 }
  - { type: dense, units: 3, activation: softmax }
optimizer: { type: adam, learningRate: 0.02 }
training:
  loss: sparseCategoricalCrossentropy
  metrics: [accuracy]
  epochs: 4
  batchSize: 16
`;

async function sequences({ project, shell, log }) {
  const folder = join(project, "models/gestures");
  mkdirSync(join(folder, "data"), { recursive: true });
  for (const [part, count, from] of [
    ["train", 240, 0],
    ["test", 60, 1],
  ]) {
    const { steps, labels } = gestures(count, from);
    writeFileSync(join(folder, `data/${part}-x.npy`), npy(steps, [count, 20, 2]));
    writeFileSync(join(folder, `data/${part}-y.npy`), npy(labels, [count]));
  }
  writeFileSync(join(folder, "gestures.yaml"), GESTURES);
  assertSchema(join(folder, "gestures.yaml"));
  await shell("npx lstm-compile validate models/gestures/gestures.yaml");
  await shell("npx lstm-compile explain models/gestures/gestures.yaml");
  const trained = await shell("npx lstm-compile run models/gestures/gestures.yaml");
  log(`   the first epoch of a second spec: ${trained.firstEpoch.toFixed(1)} s after the start`);
  assertNothingInstalled(project, trained);
  const { stdout } = await shell(nextCommand(trained));
  assert.equal(stdout.trim().split("\n").length, 60);
  const bySpec = "npx lstm-compile predict models/gestures/gestures.yaml -- --input models/gestures/data/test-x.npy";
  assert.equal((await shell(bySpec)).stdout, stdout);
  await shell("npx lstm-compile run models/gestures/gestures.yaml -- --resume --epochs 6");
  assert.equal(lastEpoch(join(project, "runs/gestures/latest")), 6);
}

async function text({ project, shell }) {
  const started = await shell("npx lstm-compile init letters --template text");
  assertSchema(join(project, "letters.yaml"));
  writeFileSync(join(project, "letters.txt"), verses(120));
  await shell("npx lstm-compile validate letters.yaml");
  await shell("npx lstm-compile explain letters.yaml");
  // Ctrl-C, then the command that goes on.
  const stopped = await shell(nextCommand(started), { interruptAt: "epoch 1/" });
  const trained = await shell(nextCommand(stopped));
  assertNothingInstalled(project, trained);
  assert.equal(lastEpoch(join(project, "runs/letters/0001")), 10);
  const { stdout } = await shell(nextCommand(trained));
  assert.ok(stdout.trim().length > 50, stdout);
  const asked = await shell("npx lstm-compile predict letters.yaml -- --prompt 'the rain' --length 20 --temperature 0");
  assert.ok(asked.stdout.startsWith("the rain"), asked.stdout);
}

export const trainingJourneys = [
  ["own series, from the template to dated forecasts", series],
  ["own labelled sequences, from .npy files to classes", sequences],
  ["own text, stopped and gone on with", text],
];
