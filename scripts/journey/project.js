// A project with CI: nested specs that are moved, deleted and edited; check says what to do, and that does it.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openShell } from "./shell.js";

const COMMIT = "git -c user.name=user -c user.email=user@localhost commit --quiet --all -m";

const spec = (name, units) => `specVersion: 1
name: ${name}
dataset: { type: digits, scale: 255 }
layers:
  - { type: lstm, units: ${units} }
  - { type: dense, units: 10, activation: softmax }
optimizer: { type: adam, learningRate: 0.003 }
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy], epochs: 1, batchSize: 64 }
`;

async function continuousIntegration({ project, shell }) {
  const put = (path, text) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  put("models/vision/rows.yaml", spec("rows", 8));
  put("models/vision/deep/columns.yaml", spec("columns", 9));
  put("models/old.yaml", spec("old", 7));
  const never = await shell("npx lstm-compile check models/", { code: 1 });
  assert.equal(never.stdout.match(/: never compiled: /g)?.length, 3, never.stdout);
  await shell("npx lstm-compile models/");
  await shell("npx lstm-compile check models/");
  await shell("npx lstm-compile check");
  await shell(`git add --all && ${COMMIT} start`);

  await shell("mkdir models/images && git mv models/vision/rows.yaml models/images/rows.yaml");
  await shell("git rm --quiet models/old.yaml");
  put("models/vision/deep/columns.yaml", spec("columns", 10));
  const causes = JSON.parse((await shell("npx lstm-compile check --format json", { code: 1 })).stdout);
  assert.deepEqual(causes.map(({ kind, file }) => `${kind}: ${file}`).sort(), [
    "spec changed: models/vision/deep/columns.yaml",
    "spec deleted: models/old.yaml",
    "spec moved: models/images/rows.yaml",
  ]);
  const annotations = (await shell("npx lstm-compile check models/ --format github", { code: 1 })).stdout;
  assert.equal(annotations.match(/^::error /gm)?.length, 3, annotations);

  const red = await shell("npx lstm-compile check", { code: 1 });
  const fixes = [...red.stdout.matchAll(/^ {2}fix: (.+)$/gm)].map(([, fix]) => fix.replace(/, or .*/, ""));
  assert.equal(fixes.length, 3, red.stdout);
  for (const fix of fixes) await shell(fix);
  await shell("npx lstm-compile check");
  await shell("npx lstm-compile check models/");
  assert.ok(!existsSync(join(project, "generated/old")));
  assert.match(readFileSync(join(project, "generated/rows/train.ts"), "utf8"), /models\/images\/rows\.yaml/);
  const { stderr } = await shell("npx lstm-compile prune");
  assert.match(stderr, /nothing to prune/);
  await shell(`git add --all && ${COMMIT} moved`);
}

async function clone({ folder, env, log, shell }) {
  await shell("git clone --quiet . ../clone");
  const there = openShell(join(folder, "clone"), env, log);
  await there("npm ci");
  await there("npx lstm-compile check");
  await there("npx lstm-compile run models/images/rows.yaml -- --limit 256 --backend wasm");
  const { stdout } = await there("git status --porcelain");
  assert.equal(stdout, "");
}

export const projectJourneys = [
  ["CI of nested specs: one moved, one deleted, one edited", continuousIntegration],
  ["another machine: clone, install, check, train", clone],
];
