import { readFileSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { sha256 } from "../support/system/sha256.ts";
import { UserError } from "../support/system/user-error.ts";
import { type CompileFlags, compileCommand } from "./compile-command.ts";
import { note } from "./console.ts";
import { expandSpecs } from "./specs.ts";

/** An editor's save comes as several events. */
const DEBOUNCE_MS = 50;

/**
 * Compiles, and again whenever a spec's content changes, until Ctrl-C (or `signal`). Folders are watched, not files, since many
 * editors put a new file in the place of the old one.
 */
export async function watchCommand(
  args: readonly string[],
  options: CompileFlags,
  signal?: AbortSignal,
): Promise<number> {
  const hashes = (specs: readonly string[]): Map<string, string> =>
    new Map(specs.map((spec) => [spec, contentHash(spec)]));
  const specs = expandSpecs(args, { quiet: true }).paths;
  let known = hashes(specs);
  compileCommand(args, options);
  let timer: NodeJS.Timeout | undefined;
  const compileChanged = (): void => {
    // Folders and patterns may name new specs by now.
    const now = hashes(expandSpecs(args, { quiet: true }).paths);
    const isChanged = now.size !== known.size || [...now].some(([spec, hash]) => known.get(spec) !== hash);
    if (!isChanged) return;
    known = now;
    // All of them: whether names are unique depends on the others.
    compileCommand(args, options);
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
