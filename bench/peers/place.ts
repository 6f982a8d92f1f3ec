import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../src/support/system/cache.ts";

/** Pinned, so that a table of today can be compared with one of tomorrow. */
export const PEER_REQUIREMENTS = ["keras==3.15.1", "tensorflow-cpu==2.21.0", "torch==2.15.0", "jax[cpu]==0.10.2"];

export const INSTALL_PEERS = "npm run bench:peers";

export function peerFolder(): string {
  return join(cacheDirectory(), "bench");
}

export function peerPython(): string {
  const path = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return join(peerFolder(), "venv", ...path);
}

/** Written when all of them are there. */
export const PEER_RECORD = `${PEER_REQUIREMENTS.join("\n")}\n`;

export function peerRecordFile(): string {
  return join(peerFolder(), "installed.txt");
}

export function peersInstalled(): boolean {
  const file = peerRecordFile();
  return existsSync(peerPython()) && existsSync(file) && readFileSync(file, "utf8") === PEER_RECORD;
}
