import { availableParallelism, cpus, totalmem } from "node:os";
import { COMPILER_VERSION } from "../core/version.ts";
import { runsTypeScript } from "../program/run.ts";
import { type BackendProbe, probeBackends } from "../support/backends/select.ts";
import { cacheDirectory } from "../support/system/cache.ts";
import { note } from "./console.ts";

interface Machine {
  readonly compiler: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** How generated programs are run on this Node. */
  readonly runsTypeScriptBy: "node" | "tsx";
  readonly cache: string;
}

/** What this machine can train on, and what is missing for more. 0 where some backend works. */
export async function doctorCommand({ json, verbose }: { json?: boolean; verbose?: boolean }): Promise<number> {
  const machine: Machine = {
    compiler: COMPILER_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    runsTypeScriptBy: runsTypeScript(process.versions.node) ? "node" : "tsx",
    cache: cacheDirectory(),
  };
  const backends = await probeBackends({ verbose, log: (line) => note(line) });
  const auto = backends.find(({ usable }) => usable)?.name ?? null;
  process.stdout.write(
    json === true ? `${JSON.stringify({ ...machine, auto, backends }, null, 2)}\n` : report(machine, backends, auto),
  );
  return auto === null ? 3 : 0;
}

function report(machine: Machine, backends: readonly BackendProbe[], auto: string | null): string {
  const lines = [
    `lstm-compile ${machine.compiler}, Node ${machine.node}, ${machine.platform}`,
    `machine  ${machine.processor}, ${machine.threads} threads, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB memory`,
    `cache    ${machine.cache}`,
    `programs run by ${machine.runsTypeScriptBy === "node" ? "node train.ts" : "tsx train.ts (Node strips types from 22.18 on)"}`,
    "",
  ];
  for (const { name, usable, version, device, reason, fix } of backends) {
    lines.push(
      `${usable ? "✓" : "✗"} ${name.padEnd(7)}${usable ? [version, device].filter(Boolean).join(", ") : reason}`,
    );
    if (!usable && fix !== "") lines.push(`         fix: ${fix}`);
  }
  lines.push("", auto === null ? "no backend works" : `train.ts and predict.ts take ${auto} (--backend auto)`, "");
  return lines.join("\n");
}
