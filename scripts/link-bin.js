// Lets `npx lstm-compile` find this clone's own command at once; npm links the commands of dependencies only.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

if (process.platform !== "win32") {
  const folder = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "node_modules", ".bin");
  const link = join(folder, "lstm-compile");
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join("..", "..", "bin", "lstm-compile.js"), link);
}
