import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The folder for downloads and native backends: LSTM_COMPILE_CACHE, or the system's usual place. */
export function cacheDirectory(): string {
  const { env } = process;
  if (env.LSTM_COMPILE_CACHE) return resolve(env.LSTM_COMPILE_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "lstm-compile");
  if (process.platform === "win32")
    return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "lstm-compile");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "lstm-compile");
  return join(homedir(), ".cache", "lstm-compile");
}
