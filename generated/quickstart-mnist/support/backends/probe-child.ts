// Started by child.ts as a process of its own: tries one backend and prints what it found as one line of JSON.
import { probeHere } from "./select.ts";
import type { BackendName } from "./types.ts";

process.env.LSTM_COMPILE_PROBE ??= "1"; // native.ts must not start a further process
const { name, ...options } = JSON.parse(process.argv[2] ?? "{}") as { name: BackendName };
const result = await probeHere(name, options);
process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0));
