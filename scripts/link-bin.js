// Lets `npx lstm-compile` find this clone's own command at once, and the programs in generated/ that of their package; npm links the commands
// of dependencies only.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const LINKS = [
  ["lstm-compile", join("..", "..", "bin", "lstm-compile.js")],
  ["lstm-compile-backend", join("..", "lstm-compile-runtime", "backends", "cli.js")],
];

if (process.platform !== "win32") {
  const folder = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "node_modules", ".bin");
  mkdirSync(folder, { recursive: true });
  for (const [name, target] of LINKS) {
    const link = join(folder, name);
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
}
