import { reportFailure } from "../../../src/support/system/failure.ts";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import { interleaved, OPTIONS } from "./interleaved.ts";

// Prepares a table in a process of its own, which another one may end at any time. Says when rows are read.
const [cacheDirectory] = process.argv.slice(2);
try {
  const progress = (done: number): void => void process.stdout.write(`${done}\n`);
  const prepared = await prepareTable(interleaved(), OPTIONS, { cacheDirectory: cacheDirectory!, key: "", progress });
  process.stdout.write(`rows ${prepared.rows}\n`);
} catch (error) {
  process.exitCode = reportFailure(error, { modelUrl: new URL("file:///model.ts"), specPath: "", verbose: false });
}
