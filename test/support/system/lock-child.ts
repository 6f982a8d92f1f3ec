// Takes a lock, works alone for a moment, and ends without releasing it, as a killed process does.
// Exit code 1 when another process was at work at the same time.
import { mkdirSync, rmdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../../src/support/system/lock.ts";

const [lock, working] = process.argv.slice(2) as [string, string];
await withLock(
  lock,
  async () => {
    mkdirSync(working); // fails where it is there
    await sleep(30);
    rmdirSync(working);
    process.exit(0);
  },
  { interval: 1, timeout: 60_000 },
);
