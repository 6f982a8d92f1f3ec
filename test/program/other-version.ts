import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { COMPILER_VERSION } from "../../src/core/version.ts";
import { sha256 } from "../../src/support/system/sha256.ts";

/**
 * Rewrites a program as another compiler version would have left it, hashes and the names of packages included. `change`: what that
 * version wrote otherwise, in a text file.
 */
export function asIfWrittenBy(
  version: string,
  folder: string,
  change: (text: string) => string = (text) => text,
): void {
  const restated = (text: string): string =>
    text
      .replaceAll(`lstm-compile ${COMPILER_VERSION}`, `lstm-compile ${version}`)
      .replaceAll(`runtime-${COMPILER_VERSION}.tgz`, `runtime-${version}.tgz`);
  const manifest = JSON.parse(restated(readFileSync(`${folder}/manifest.json`, "utf8")));
  manifest.compiler.version = version;
  manifest.runtime.version = version;
  for (const path of Object.keys(manifest.files)) {
    if (path === manifest.runtime.file) {
      renameSync(`${folder}/${path.replace(version, COMPILER_VERSION)}`, `${folder}/${path}`);
      continue;
    }
    const text = restated(change(readFileSync(`${folder}/${path}`, "utf8")));
    writeFileSync(`${folder}/${path}`, text);
    manifest.files[path] = sha256(text);
  }
  writeFileSync(`${folder}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
}
