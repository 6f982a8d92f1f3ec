import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BackendName, BackendOptions, BackendProbe } from "./types.ts";

/** How long a backend may take to start and to compute two products, in ms. */
const TIMEOUT = 120_000;

/**
 * Tries a backend in a process of its own: a native library that does not fit the machine ends the process that loads it.
 *
 * @returns what was found; `reason` names the signal when the process was ended by one
 */
export async function probeInChild(name: BackendName, options: BackendOptions): Promise<Omit<BackendProbe, "name">> {
  const script = import.meta.url.endsWith(".ts")
    ? new URL("./probe-child.ts", import.meta.url)
    : new URL("./probe-child.js", import.meta.url);
  const request = JSON.stringify({ name, verbose: options.verbose, cacheDirectory: options.cacheDirectory });
  const child = spawn(process.execPath, [...typeScriptArguments(script), fileURLToPath(script), request], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    timeout: TIMEOUT,
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
    if (options.verbose) process.stderr.write(text);
  });
  const end = await new Promise<{ code: number | null; signal: string | null; failure?: Error }>((resolve) => {
    child.on("error", (failure) => resolve({ code: null, signal: null, failure }));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const line = output.split("\n").find((text) => text.startsWith("{"));
  // A result counts even if the process then ended badly: some drivers do so when they are unloaded.
  if (line !== undefined) return JSON.parse(line) as Omit<BackendProbe, "name">;
  const last = errors.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  const how = end.failure?.message ?? (end.signal !== null ? `ended with ${end.signal}` : `exit code ${end.code}`);
  return {
    usable: false,
    version: "",
    device: "",
    reason: `loading it ended its process (${how})${last === "" ? "" : `: ${last}`}`,
    fix: name === "wasm" ? "npm install" : "",
  };
}

/** Node 22.18 and newer run TypeScript; older ones need tsx. */
function typeScriptArguments(script: URL): string[] {
  if (!script.pathname.endsWith(".ts") || (process.features as { typescript?: unknown }).typescript) return [];
  try {
    return ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href];
  } catch {
    return process.execArgv; // `npx tsx` names itself there
  }
}
