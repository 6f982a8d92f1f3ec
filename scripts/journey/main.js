// `npm run journey`: what a new user does, in a fresh project that installs the packed compiler: own labelled sequences, own series and own
// text, each from a spec to predictions in an application; then CI of a project whose specs move. The commands that the product prints
// are executed as printed. Needs npm's registry or cache. The last line of stdout is "PASSED FAILED"; all else goes to stderr.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "../set-up.js";
import { applicationJourneys } from "./application.js";
import { projectJourneys } from "./project.js";
import { cleanEnvironment, openShell } from "./shell.js";
import { trainingJourneys } from "./training.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const log = (line) => console.error(line);

/** The newest tools when this was last looked at: what `npm i -D typescript` brought a new user. */
const TOOLS = ["typescript@7.0.2", "@types/node@26.6.6", "tsx@4.23.15"];

setUp();
const folder = mkdtempSync(join(tmpdir(), "journey-"));
const project = join(folder, "project");
const env = cleanEnvironment(join(folder, "cache"));
mkdirSync(project);
const shell = openShell(project, env, log);
const user = { root, folder, project, env, log, shell };

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|ENETUNREACH/;

/** npm's registry is out of reach: nothing is tried, and nothing counted. */
class Unreachable extends Error {}

const total = { passed: 0, failed: 0 };

async function journey(name, steps) {
  log(`== ${name}`);
  const started = performance.now();
  try {
    await steps(user);
    total.passed++;
    log(`   passed (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    return true;
  } catch (error) {
    if (error instanceof Unreachable) {
      log("   npm's registry cannot be reached: the journey is not tried");
      return false;
    }
    total.failed++;
    log(`   FAILED: ${error.stack}`);
    return false;
  }
}

async function install() {
  const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(packed.status, 0, packed.stderr);
  writeFileSync(join(project, "package.json"), '{ "name": "shop", "private": true, "type": "module" }\n');
  writeFileSync(join(project, ".gitignore"), "node_modules/\ndist/\nruns/\n");
  await shell("git init --quiet");
  try {
    await shell("npm i -D ./lstm-compile-*.tgz");
    await shell(`npm i -D ${TOOLS.join(" ")}`);
  } catch (error) {
    throw NO_NETWORK.test(error.message) ? new Unreachable() : error;
  }
  const { stdout } = await shell("npx lstm-compile --help");
  // Each example of the help is a command that a shell can find.
  const examples = stdout.slice(stdout.indexOf("Examples:")).match(/^ {2}\S.*$/gm);
  assert.ok(examples.length >= 4 && examples.every((line) => line.startsWith("  npx lstm-compile ")), stdout);
  const there = readdirSync(join(project, "node_modules", "lstm-compile"));
  for (const name of ["README.md", "CHANGELOG.md", "LICENSE", "docs", "schemas"]) assert.ok(there.includes(name), name);
}

if (await journey("a fresh project installs the packed compiler", install)) {
  for (const [name, steps] of [...trainingJourneys, ...applicationJourneys, ...projectJourneys]) {
    await journey(name, steps);
  }
}
if (total.failed === 0) rmSync(folder, { recursive: true, force: true });
else log(`the project is left in ${folder}`);
console.log(total.passed, total.failed);
if (total.failed > 0) process.exitCode = 1;
