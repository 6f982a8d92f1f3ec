// Measures how tables are read, each in a process of its own: `npx tsx bench/read-table.ts`. With a file, measures that one here.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTable } from "../src/support/table/open.ts";

const SIZES = [
  [420_000, 15],
  [2_000_000, 9],
] as const;

/** A time and numbers with three decimals, the same ones in each run. */
function writeTable(path: string, rows: number, columns: number): void {
  const file = openSync(path, "w");
  let state = 1;
  writeSync(file, `time,${Array.from({ length: columns - 1 }, (_, k) => `c${k}`).join()}\n`);
  for (let row = 0; row < rows; ) {
    let text = "";
    for (const end = Math.min(rows, row + 1000); row < end; row++) {
      text += new Date(1_136_073_600_000 + row * 60_000).toISOString().slice(0, 19);
      for (let column = 1; column < columns; column++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
        text += `,${((state / 2 ** 32) * 1000).toFixed(3)}`;
      }
      text += "\n";
    }
    writeSync(file, text);
  }
  closeSync(file);
}

/** Reads all numbers of a table, and says how long that took and the peak of memory. */
async function measure(path: string): Promise<void> {
  const start = performance.now();
  const table = await openTable({ files: [path], format: {} });
  const opened = performance.now();
  const numbers = table.columns.filter(({ type }) => type === "number").map(({ name }) => name);
  let rows = 0;
  for await (const chunk of table.read({ numbers, texts: [] })) rows += chunk.count;
  const read = performance.now();
  await table.problems(numbers);
  const judged = performance.now();
  const megabytes = table.files[0]!.bytes / 1e6;
  table.close();
  const seconds = (from: number, to: number): string => `${((to - from) / 1e3).toFixed(2)} s`;
  console.log(
    `${rows} x ${numbers.length + 1}, ${megabytes.toFixed(0)} MB: open ${seconds(start, opened)}, read ${seconds(opened, read)} ` +
      `(${((megabytes * 1e3) / (read - opened)).toFixed(0)} MB/s), problems ${seconds(read, judged)}, ` +
      `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
}

async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file !== undefined) return measure(file);
  const folder = mkdtempSync(join(tmpdir(), "read-table-"));
  try {
    for (const [rows, columns] of SIZES) {
      const path = join(folder, `${rows}.csv`);
      writeTable(path, rows, columns);
      const arguments_ = ["--import", "tsx", fileURLToPath(import.meta.url), path];
      const environment = { ...process.env, LSTM_COMPILE_CACHE: folder };
      console.log(execFileSync(process.execPath, arguments_, { encoding: "utf8", env: environment }).trim());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
