// Installs a backend into a cache folder by a command that never ends and keeps writing into the folder that is being filled.

import { runToEnd } from "../../../src/support/backends/command.ts";
import { installBackend } from "../../../src/support/backends/install.ts";

const [cacheDirectory, output] = process.argv.slice(2) as [string, string];
const writing = 'while :; do echo more >> "$1"; sleep 0.02; done';
await installBackend(
  "cpu",
  { cacheDirectory },
  {
    probe: () => Promise.reject(new Error("unreached")),
    build: async ({ directory }) => {
      // A child of the command, as npm has: it has to end too.
      await runToEnd("sh", ["-c", `(${writing}) & wait`, "sh", output], { cwd: directory });
      throw new Error("unreached");
    },
  },
);
