import { RUNTIME } from "../../support/system/runtime-name.ts";
import { type Host, RUNTIME_ROOMS } from "../host.ts";
import { sha256 } from "../sha256.ts";
import { folderOf, joinPath } from "./paths.ts";

export interface SupportFile {
  /** As programs have it. */
  readonly text: string;
  readonly sha256: string;
  /** Paths of the support files that it imports. */
  readonly imports: readonly string[];
}

/** Read once for all programs. */
const knownFiles = new WeakMap<Host, Map<string, SupportFile>>();

/** @param path "support/nn/lstm.ts" */
export function supportFile(path: string, host: Host): SupportFile {
  const known = knownFiles.get(host) ?? new Map<string, SupportFile>();
  knownFiles.set(host, known);
  let file = known.get(path);
  if (file === undefined) {
    const text = fromRuntime(path, host.supportFile(path.slice("support/".length)));
    file = { text, sha256: sha256(text), imports: importedFiles(path, text) };
    known.set(path, file);
  }
  return file;
}

/** What imports name in a text: the specifiers of relative TypeScript files. */
const SPECIFIER = /(?<=(?:\bfrom|\bimport\(|\bnew URL\()\s*")\.\.?\/[^"]+\.ts(?=")/g;
const IN_RUNTIME = new RegExp(`^support/((?:${RUNTIME_ROOMS.join("|")})/.+)\\.ts$`);

/** A program's file with what it imports of the run-time's rooms imported from the package. */
export function fromRuntime(path: string, text: string): string {
  if (!path.endsWith(".ts")) return text;
  return text.replace(SPECIFIER, (specifier) => {
    const file = IN_RUNTIME.exec(joinPath(folderOf(path), specifier))?.[1];
    return file === undefined ? specifier : `${RUNTIME}/${file}.js`;
  });
}

/** The support files that a program imports, and those that they import. */
export function supportOf(program: ReadonlyMap<string, string>, host: Host): Map<string, SupportFile> {
  const support = new Map<string, SupportFile>();
  const pending = [...program].flatMap(([path, text]) => (path.endsWith(".ts") ? importedFiles(path, text) : []));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (support.has(path)) continue;
    const file = supportFile(path, host);
    support.set(path, file);
    pending.push(...file.imports);
  }
  return support;
}

function importedFiles(path: string, text: string): string[] {
  return [...text.matchAll(SPECIFIER)]
    .map(([specifier]) => joinPath(folderOf(path), specifier))
    .filter((target) => target.startsWith("support/"));
}
