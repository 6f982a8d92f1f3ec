// Installs what the peers' programs need into a virtual environment in the cache folder (LSTM_COMPILE_CACHE), never in the
// repository: `npm run bench:peers`. It takes about 6 GB, most of it the CUDA libraries that the PyTorch wheel links to even where
// it computes on the CPU; there is no smaller wheel for x86-64 in the default index.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PEER_RECORD, PEER_REQUIREMENTS, peerFolder, peerPython, peerRecordFile, peersInstalled } from "./place.ts";

function run(command: string, ...args: string[]): void {
  process.stderr.write(`> ${command} ${args.join(" ")}\n`);
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, "inherit"] });
  if (status === 0) return;
  process.stderr.write(`error: ${error?.message ?? `it ended with exit code ${status}`}\n`);
  process.stderr.write("  fix: python3 3.10 or newer with venv, and a network, are needed\n");
  process.exit(3);
}

if (peersInstalled()) {
  process.stderr.write(`the peers are installed in ${peerFolder()}\n`);
} else {
  mkdirSync(peerFolder(), { recursive: true });
  if (!existsSync(peerPython())) run("python3", "-m", "venv", dirname(dirname(peerPython())));
  run(peerPython(), "-m", "pip", "install", "--quiet", ...PEER_REQUIREMENTS);
  writeFileSync(peerRecordFile(), PEER_RECORD);
  process.stderr.write(`installed in ${peerFolder()}\n`);
}
