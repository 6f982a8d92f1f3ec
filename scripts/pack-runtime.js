// The last part of `npm run build`: packs what programs run on as an npm package, lists all support files, and puts the package where the
// programs in generated/ find it.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKAGES } from "../dist/core/emit/package-files.js";
import { RUNTIME_ROOMS } from "../dist/core/emit/runtime.js";
import { supportFile } from "../dist/core/emit/support.js";
import { COMPILER_VERSION } from "../dist/core/version.js";
import { packTarball } from "../dist/program/tarball.js";
import { RUNTIME } from "../dist/support/system/runtime-name.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const byName = ([a], [b]) => (a < b ? -1 : 1);
/** As `sha256sum` prints it. */
const list = (files) =>
  [...files]
    .sort(byName)
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join("");

/** The files below a folder, by posix path. */
function below(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    );
}

const BIN = "backends/cli.js";
const sources = join(root, "src", "support");
// By the sources: dist/ keeps what was built of files that are gone.
const files = new Map(
  RUNTIME_ROOMS.flatMap((room) => below(join(sources, room)).map((path) => `${room}/${path}`))
    .flatMap((path) => [path.replace(/\.ts$/, ".js"), path.replace(/\.ts$/, ".d.ts")])
    .map((path) => [path, Buffer.from(readFileSync(join(root, "dist", "support", path)))]),
);
files.set("LICENSE", readFileSync(join(root, "LICENSE")));
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
  peerDependencies: PACKAGES.dependencies,
  // SHA-256 of the list of the other files, as sha256sum writes it
  contents,
};
files.set("package.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
const bytes = packTarball(files, new Set([BIN]));

const file = `${RUNTIME}-${COMPILER_VERSION}.tgz`;
const hashes = ["nn", "data", "forecast"].flatMap((room) =>
  below(join(sources, room)).map((path) => `support/${room}/${path}`),
);
const support = list([...hashes.map((path) => [path, sha256(supportFile(path))]), [file, sha256(bytes)]]);
const out = join(root, "dist", "runtime");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, file), bytes);
writeFileSync(join(out, "support.sha256"), support);
const facts = { version: COMPILER_VERSION, file, sha256: sha256(bytes), contents, support: sha256(support) };
writeFileSync(join(out, "runtime.json"), `${JSON.stringify(facts)}\n`);

// New files, never the old ones written over: package folders may share theirs by hard links.
const installed = join(root, "node_modules", RUNTIME);
rmSync(installed, { recursive: true, force: true });
for (const [path, data] of files) {
  mkdirSync(dirname(join(installed, path)), { recursive: true });
  writeFileSync(join(installed, path), data);
}
chmodSync(join(installed, BIN), 0o755);
