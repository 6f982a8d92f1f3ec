// Writes dist/support.json: the support files by path, for compilers that run where there are no files, as in a browser.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../src/support", import.meta.url));

/** Path below support/ (posix) → text. */
function supportFiles() {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
  return Object.fromEntries(
    paths.map((path) => [
      relative(folder, path).split(sep).join("/"),
      readFileSync(path, "utf8").replaceAll("\r\n", "\n"),
    ]),
  );
}

writeFileSync(new URL("../dist/support.json", import.meta.url), JSON.stringify(supportFiles()));
