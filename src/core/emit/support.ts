import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { RUNTIME } from "../../support/system/runtime-name.ts";
import { RUNTIME_ROOMS } from "./runtime.ts";

/** The support sources lie beside the compiler: src/support, whether this runs from src/ or dist/. */
const SUPPORT = new URL("../../../src/support/", import.meta.url);

const supportTexts = new Map<string, string>();

/** A support file as programs have it. @param path "support/nn/lstm.ts" */
export function supportFile(path: string): string {
  let text = supportTexts.get(path);
  if (text === undefined) {
    const url = new URL(path.slice("support/".length), SUPPORT);
    text = fromRuntime(path, readFileSync(url, "utf8").replaceAll("\r\n", "\n"));
    supportTexts.set(path, text);
  }
  return text;
}

/** What imports name in a text: the specifiers of relative TypeScript files. */
const SPECIFIER = /(?<=(?:\bfrom|\bimport\(|\bnew URL\()\s*")\.\.?\/[^"]+\.ts(?=")/g;
const IN_RUNTIME = new RegExp(`^support/((?:${RUNTIME_ROOMS.join("|")})/.+)\\.ts$`);

/** A program's file with what it imports of the run-time's rooms imported from the package. */
export function fromRuntime(path: string, text: string): string {
  return text.replace(SPECIFIER, (specifier) => {
    const file = IN_RUNTIME.exec(target(path, specifier))?.[1];
    return file === undefined ? specifier : `${RUNTIME}/${file}.js`;
  });
}

/** The support files that the texts import, and those that these import. */
export function supportFiles(texts: ReadonlyMap<string, string>): Map<string, string> {
  const files = new Map<string, string>();
  const pending = [...texts].flatMap(([path, text]) => importedFiles(path, text));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (files.has(path)) continue;
    const text = supportFile(path);
    files.set(path, text);
    pending.push(...importedFiles(path, text));
  }
  return files;
}

function importedFiles(path: string, text: string): string[] {
  if (!path.endsWith(".ts")) return [];
  return [...text.matchAll(SPECIFIER)]
    .map(([specifier]) => target(path, specifier))
    .filter((file) => file.startsWith("support/"));
}

function target(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}
