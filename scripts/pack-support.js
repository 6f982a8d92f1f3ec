// The last part of `npm run build`: what compilers put beside programs, made ready in dist/.
// - support.json: the files that are copied, by path, for compilers that run where there are no files, as in a browser;
// - runtime.json: the npm package that programs run on, and facts about it;
// - support.sha256: all of these files, with their SHA-256.
// The package is put where the programs in generated/ find it, too.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { supportFile } from "../dist/core/emit/support.js";
import { RUNTIME_ROOMS } from "../dist/core/host.js";
import { COMPILER_VERSION } from "../dist/core/version.js";
import { packTarball } from "../dist/program/tarball.js";
import { TFJS_VERSION } from "../dist/support/backends/platforms.js";
import { RUNTIME } from "../dist/support/system/runtime-name.js";
import { sha256 } from "../dist/support/system/sha256.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src", "support");
const dist = (path) => join(root, "dist", path);
const text = (file) => readFileSync(file, "utf8").replaceAll("\r\n", "\n");
/** As `sha256sum` prints it. */
const list = (hashes) =>
  [...hashes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join("");

const paths = readdirSync(sources, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) =>
    relative(sources, join(entry.parentPath ?? entry.path, entry.name))
      .split(sep)
      .join("/"),
  )
  .sort();
const inRuntime = (path) => RUNTIME_ROOMS.includes(path.split("/")[0]);

const copied = Object.fromEntries(
  paths.filter((path) => !inRuntime(path)).map((path) => [path, text(join(sources, path))]),
);
writeFileSync(dist("support.json"), JSON.stringify(copied));

const BIN = "backends/cli.js";
// By the sources: dist/ keeps what was built of files that are gone.
const built = paths.filter(inRuntime).flatMap((path) => [path.replace(/\.ts$/, ".js"), path.replace(/\.ts$/, ".d.ts")]);
const files = new Map(built.map((path) => [path, Buffer.from(text(dist(`support/${path}`)))]));
files.set("LICENSE", Buffer.from(text(join(root, "LICENSE"))));
const contents = sha256(list([...files].map(([path, bytes]) => [path, sha256(bytes)])));
const manifest = {
  name: RUNTIME,
  version: COMPILER_VERSION,
  description: "What the programs that lstm-compile generates run on: backends, graph capture, the folders of runs",
  license: "Apache-2.0",
  type: "module",
  engines: { node: ">=20.10" },
  exports: { "./*": "./*" },
  bin: { "lstm-compile-backend": BIN },
  peerDependencies: { "@tensorflow/tfjs-core": TFJS_VERSION },
  // SHA-256 of the list of the other files, as sha256sum writes it
  contents,
};
files.set("package.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
const bytes = packTarball(files, new Set([BIN]));
const file = `${RUNTIME}-${COMPILER_VERSION}.tgz`;

const host = { supportFile: (path) => copied[path] };
const hashes = Object.keys(copied).map((path) => [`support/${path}`, supportFile(`support/${path}`, host).sha256]);
const support = list([...hashes, [file, sha256(bytes)]]);
writeFileSync(dist("support.sha256"), support);
const facts = { version: COMPILER_VERSION, file, sha256: sha256(bytes), contents, support: sha256(support) };
writeFileSync(dist("runtime.json"), JSON.stringify({ ...facts, base64: Buffer.from(bytes).toString("base64") }));

// New files, never the old ones written over: package folders may share theirs by hard links.
const installed = join(root, "node_modules", RUNTIME);
rmSync(installed, { recursive: true, force: true });
for (const [path, data] of files) {
  mkdirSync(dirname(join(installed, path)), { recursive: true });
  writeFileSync(join(installed, path), data);
}
chmodSync(join(installed, BIN), 0o755);
