import { probeBackends } from "../support/backends/select.ts";
import { COMPILER_VERSION } from "../version.ts";

/** What this machine can train on. 0 where some backend works. */
export async function doctorCommand({ json }: { json?: boolean }): Promise<number> {
  const backends = await probeBackends();
  const auto = backends.find(({ usable }) => usable)?.name ?? null;
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ compiler: COMPILER_VERSION, node: process.version, auto, backends }, null, 2)}\n`);
  } else {
    process.stdout.write(`lstm-compile ${COMPILER_VERSION}, Node ${process.version}, ${process.platform}-${process.arch}\n`);
    for (const { name, usable, version, device, reason, fix } of backends) {
      process.stdout.write(`${usable ? "✓" : "✗"} ${name.padEnd(7)} ${usable ? [version, device].filter(Boolean).join(", ") : reason}\n`);
      if (!usable && fix !== "") process.stdout.write(`            fix: ${fix}\n`);
    }
    process.stdout.write(auto === null ? "no backend works\n" : `auto takes ${auto}\n`);
  }
  return auto === null ? 3 : 0;
}
