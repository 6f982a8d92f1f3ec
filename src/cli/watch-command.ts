import { readFileSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../support/user-error.ts";
import { sha256 } from "../write/manifest.ts";
import { type CompileOptions, compileCommand } from "./compile-command.ts";
import { note } from "./report.ts";

/** An editor's save comes as several events. */
const DEBOUNCE_MS = 50;

/**
 * Compiles, and again whenever a spec's content changes, until Ctrl-C (or `signal`). Folders are watched, not files, since many
 * editors put a new file in the place of the old one.
 */
export async function watchCommand(
  specs: readonly string[],
  options: CompileOptions,
  signal?: AbortSignal,
): Promise<number> {
  const known = new Map(specs.map((spec) => [spec, contentHash(spec)]));
  compileCommand(specs, options);
  let timer: NodeJS.Timeout | undefined;
  const compileChanged = (): void => {
    const changed = specs.filter((spec) => contentHash(spec) !== known.get(spec));
    if (changed.length === 0) return;
    for (const spec of changed) known.set(spec, contentHash(spec));
    // All of them: whether names are unique depends on the others.
    compileCommand(specs, options);
  };
  const watchers = [...new Set(specs.map((spec) => dirname(resolve(spec))))].map((folder) => {
    try {
      return watch(folder, () => {
        clearTimeout(timer);
        timer = setTimeout(compileChanged, DEBOUNCE_MS);
      });
    } catch (cause) {
      throw new UserError(`${folder} cannot be watched: ${(cause as Error).message}`, {
        exitCode: 2,
        fix: "correct the path",
        cause,
      });
    }
  });
  note("watching for changes; Ctrl-C ends", options);
  await new Promise<void>((done) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      done();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    signal?.addEventListener("abort", stop);
  });
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  return 0;
}

/** "" where the file is away for a moment, or for good. */
function contentHash(spec: string): string {
  try {
    return sha256(readFileSync(spec));
  } catch {
    return "";
  }
}
