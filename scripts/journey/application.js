// An application of one's own that predicts with all three runs: run from its sources, type-checked, built, and installed without the compiler.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gestures } from "./data.js";
import { openShell } from "./shell.js";

const APPLICATION = `import { readFileSync } from "node:fs";
import { createPredictor as createClassifier } from "./generated/gestures/predictor.ts";
import { createPredictor as createWriter } from "./generated/letters/predictor.ts";
import { createPredictor as createForecaster } from "./generated/visits/predictor.ts";

const forecaster = await createForecaster({ run: "runs/visits/latest", backend: "wasm" });
const months = readFileSync("visits.csv", "utf8").trim().split("\\n").slice(-12);
const rows = months.map((line) => ({ visits: Number(line.split(",")[1]) }));
const [forecast] = await forecaster.predict([rows]);

const classifier = await createClassifier({ run: "runs/gestures/latest" });
const motion = JSON.parse(readFileSync("motion.json", "utf8")) as number[][][];
const classes = await classifier.predict({ motion });

const writer = await createWriter({ run: "runs/letters/latest" });
const { text: written } = await writer.generate("the rain", { length: 20, temperature: 0 });
process.stdout.write(JSON.stringify({ forecast, classes, written }));
`;

/** What docs/runs.md tells people to have. */
function documented(root) {
  const text = readFileSync(join(root, "docs/runs.md"), "utf8");
  const tsconfig = text.match(/```json\n([\s\S]+?)```/)?.[1];
  const install = text.match(/^ {4}(npm i @tensorflow.+)$/m)?.[1];
  assert.ok(tsconfig !== undefined && install !== undefined, "docs/runs.md has no tsconfig.json, or no npm command");
  return { tsconfig, install: install.replace("my-model", "visits") };
}

async function application({ root, project, shell }) {
  writeFileSync(join(project, "app.ts"), APPLICATION);
  const { steps } = gestures(60, 1);
  const motion = Array.from({ length: 60 }, (_, n) =>
    Array.from({ length: 20 }, (_, t) => [...steps.subarray(n * 40 + 2 * t, n * 40 + 2 * t + 2)]),
  );
  writeFileSync(join(project, "motion.json"), JSON.stringify(motion));
  const { stdout } = await shell("npx tsx app.ts");
  const answers = JSON.parse(stdout);

  const cli = async (command) => JSON.parse((await shell(command)).stdout);
  assert.deepEqual(answers.forecast, (await cli("npx lstm-compile predict visits.yaml -- --json")).forecast);
  const classes = "npx lstm-compile predict runs/gestures/latest -- --input models/gestures/data/test-x.npy --json";
  assert.deepEqual(answers.classes, await cli(classes));
  const asked = "npx lstm-compile predict letters.yaml -- --prompt 'the rain' --length 20 --temperature 0 --json";
  assert.equal(answers.written, (await cli(asked)).text);

  // The build, as strict as \`tsc --init\` has it.
  const { tsconfig, install } = documented(root);
  writeFileSync(join(project, "tsconfig.json"), tsconfig);
  await shell("npx tsc");
  assert.deepEqual(JSON.parse((await shell("node dist/app.js")).stdout), answers);

  // On a server: what was built, the runs, and no compiler.
  await shell(install);
  const server = join(project, "..", "server");
  const runtime = install.match(/\S+\.tgz/)[0];
  for (const path of ["package.json", "package-lock.json", runtime, "dist", "runs", "visits.csv", "motion.json"])
    cpSync(join(project, path), join(server, path), { recursive: true, verbatimSymlinks: true });
  return server;
}

async function server(user) {
  const { project, env, log } = user;
  const folder = join(user.folder, "server");
  const there = openShell(folder, env, log);
  await there("npm ci --omit=dev");
  await there("test ! -e node_modules/lstm-compile");
  const { stdout } = await there("node dist/app.js");
  const here = await openShell(project, env, log)("node dist/app.js");
  assert.equal(stdout, here.stdout);
}

export const applicationJourneys = [
  ["predictions in an application, from its sources and built", application],
  ["the built application on a server without the compiler", server],
];
