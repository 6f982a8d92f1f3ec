// `npm run test:nodes`: runs the tests of the backends under the other supported Node versions; `npm test` covers the one that runs.
// The npm package `node` brings them into the cache folder. The last line of stdout is "PASSED FAILED"; all else goes to stderr.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { countTests } from "./count-tests.js";
import { setUp } from "./set-up.js";

const VERSIONS = ["20.20.2", "22.23.3", "24.21.0"];
const TESTS = ["test/support/backends", "test/support/capture"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isWindows = process.platform === "win32";

/** The program of a Node version, fetched where it is not in the cache; undefined where it cannot be. */
function fetchNode(version, cache) {
  const folder = join(cache, "nodes", version);
  const program = join(folder, "node_modules", "node", "bin", isWindows ? "node.exe" : "node");
  if (runs(program, version)) return program;
  rmSync(folder, { recursive: true, force: true }); // what an interrupted download has left
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  console.error(`fetching Node ${version} into ${folder}`);
  const fixed = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts=false", "--loglevel=error"];
  spawnSync(isWindows ? "npm.cmd" : "npm", ["install", "--prefix", folder, ...fixed, `node@${version}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: isWindows,
    timeout: 180_000,
  });
  return runs(program, version) ? program : undefined;
}

function runs(program, version) {
  if (!existsSync(program)) return false;
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return stdout?.trim() === `v${version}`;
}

function test(program) {
  const folder = mkdtempSync(join(tmpdir(), "test-nodes-"));
  try {
    const results = join(folder, "results.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const { status } = spawnSync(program, [vitest, "run", ...reporters, ...TESTS], {
      cwd: root,
      stdio: ["ignore", process.stderr, "inherit"],
    });
    const counts = existsSync(results) ? countTests(results) : { passed: 0, failed: 1 };
    if (status !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

setUp();
const { cacheDirectory } = await import("../dist/support/system/cache.js");
const total = { passed: 0, failed: 0 };
const major = (version) => version.split(".")[0];
for (const version of VERSIONS.filter((version) => major(version) !== major(process.versions.node))) {
  const program = fetchNode(version, resolve(cacheDirectory()));
  if (program === undefined) {
    console.error(`Node ${version} could not be fetched: the backends are not tested under it`);
    continue;
  }
  console.error(`== the backends under Node ${version}`);
  const counts = test(program);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(total.passed, total.failed);
if (total.failed > 0) process.exitCode = 1;
