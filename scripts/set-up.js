// Makes a fresh clone ready: packages as the lockfile says, and dist/. Quick where nothing is to be done.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function npm(...args) {
  console.error(`> npm ${args.join(" ")}`);
  const { status } = spawnSync(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`error: npm ${args.join(" ")} failed\n  fix: run it in ${root} and read what it prints`);
    process.exit(3);
  }
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => modified(join(entry.parentPath ?? entry.path, entry.name))),
  );
}

export function setUp() {
  const modules = join(root, "node_modules");
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // `npm ci` would empty the folder that others use, too.
    console.error(`error: ${modules} is a link to another folder\n  fix: remove the link, and start again`);
    process.exit(3);
  }
  const installed = modified(join(root, "node_modules", ".package-lock.json"));
  if (installed < modified(join(root, "package-lock.json"))) npm("ci");
  // The package that programs run on is made by the build, too; npm removes it where it installs others.
  const runtime = join(modules, "lstm-compile-runtime", "package.json");
  const built = Math.min(modified(join(root, "dist", "cli", "main.js")), modified(runtime));
  if (built < Math.max(newest(join(root, "src")), newest(join(root, "schemas")))) npm("run", "build");
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) setUp();
