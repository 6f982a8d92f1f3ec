import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CsvOptions, loadCsv, readCsvWindow } from "../../../src/support/data/csv.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { UserError } from "../../../src/support/system/user-error.ts";
import { temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

const HARD = [
  ...[
    "",
    " ",
    ",",
    ";",
    "\t",
    '"',
    '""',
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\u001b[2J",
    "\ufeff",
    "NaN",
    "Infinity",
    "-",
    "?",
    "1e999",
    "1e200",
    "-1e308",
    "5e-324",
  ],
  ...[
    "-9999",
    "0x10",
    "1,5",
    "1.234,5",
    "$5",
    "5%",
    "2024-02-30",
    "2019-12",
    "__proto__",
    "99999999999999999999",
    "\u{1f600}",
    "x".repeat(3000),
  ],
];

/** A monthly series with two columns of numbers and one of texts. */
function original(draw: (below: number) => number): string {
  const rows = Array.from({ length: 40 }, (_, k) => {
    const month = new Date(Date.UTC(2020, k, 1)).toISOString().slice(0, 7);
    return `${month},${100 + 3 * k + draw(9)},${(k / 7).toFixed(3)},${k % 2 === 0 ? "open" : "closed"}`;
  });
  return `month,y,z,state\n${rows.join("\n")}\n`;
}

/** Some changes: texts put in, bytes flipped, lines moved, repeated or cut, cells changed. */
function mutate(text: string, draw: (below: number) => number): Buffer {
  let lines = text.split("\n");
  let bytes = Buffer.from(text);
  for (let changes = 1 + draw(3); changes > 0; changes--) {
    const [a, b] = [draw(lines.length), draw(lines.length)];
    const hard = HARD[draw(HARD.length)]!;
    switch (draw(8)) {
      case 0:
        [lines[a], lines[b]] = [lines[b]!, lines[a]!];
        break;
      case 1:
        lines.splice(a, 0, ...lines.slice(b, b + 1 + draw(5)));
        break;
      case 2:
        lines.splice(a, 1 + draw(10));
        break;
      case 3:
        lines = [lines[0]!, ...lines.slice(1).reverse()];
        break;
      case 4: {
        const cells = lines[a]?.split(",") ?? [];
        cells[draw(4)] = hard;
        lines[a] = cells.join();
        break;
      }
      case 5:
        lines.splice(a, 0, hard);
        break;
      case 6:
        lines = lines.map((line) => line.replaceAll(",", [";", "\t", ",,", " "][b % 4]!));
        break;
      default: {
        bytes = Buffer.from(lines.join("\n"));
        if (bytes.length > 0) bytes[draw(bytes.length)]! ^= 1 << draw(8);
        return draw(3) === 0 ? bytes.subarray(0, draw(bytes.length + 1)) : bytes;
      }
    }
    if (lines.length === 0) lines = [""];
  }
  return Buffer.from(lines.join("\n"));
}

/** Month and value of each row by a plain split, which reads all that the mutations above make of numbers without quotes. */
function plainRows(text: string): (readonly [string, number])[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const [header, ...rows] = lines.map((line) => line.split(",").map((cell) => cell.trim()));
  const [month, value] = ["month", "y"].map((name) => header!.indexOf(name));
  return rows.map((cells) => [cells[month!] ?? "", Number(cells[value!])]);
}

describe("200 damaged files", () => {
  it("are read as they are, or refused with a place, never silently read as something else", async () => {
    const random = new RandomStream(2024, "csv");
    let drawn = 0;
    const draw = (below: number): number => Math.floor(random.uniform(drawn++) * below);
    const counts = { read: 0, refused: 0, windows: 0 };
    for (let round = 0; round < 200; round++) {
      const file = join(folder, `${round}.csv`);
      const text = original(draw);
      writeFileSync(file, text);
      const named = draw(3);
      const options: CsvOptions = {
        ...{
          file,
          target: "y",
          features: draw(2) === 0 ? ["y"] : ["z", "y"],
          lookback: 1 + draw(6),
          horizon: 1 + draw(3),
        },
        ...{ testFraction: 0.2, validation: "test", scaling: (["standard", "minMax", "none"] as const)[draw(3)]! },
        ...(named === 0 ? {} : { time: "month", order: named === 1 ? ("check" as const) : ("sort" as const) }),
      };
      const { fitted } = loadCsv(options);
      writeFileSync(file, mutate(text, draw));
      const isRefused = async (work: () => unknown): Promise<boolean> => {
        try {
          await work();
          return false;
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message).toMatch(/^.*\.csv:\d+:\d+: /);
          expect(error.message.length + error.fix.length).toBeLessThan(8000);
          expect(error.exitCode).toBe(1);
          return true;
        }
      };
      const refused = await isRefused(async () => {
        const data = loadCsv(options);
        const indices = Int32Array.from({ length: data.train.count }, (_, k) => k);
        const { inputs, targets } = await data.train.read(indices);
        for (const values of [inputs.input, targets]) expect(values.every(Number.isFinite)).toBe(true);
        for (const scaler of Object.values(data.fitted.scalers))
          expect(Number.isFinite(scaler.offset) && scaler.scale > 0).toBe(true);
        // Every value is the number that stands in its row, and rows are in order of time.
        const rows = plainRows(readFileSync(file, "utf8"));
        const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
        if (named === 2) expect(Array.from(data.series.values)).toEqual(sorted.map(([, value]) => value));
        else expect([rows, Array.from(data.series.values)]).toEqual([sorted, rows.map(([, value]) => value)]);
      });
      counts[refused ? "refused" : "read"]++;
      if (!(await isRefused(() => readCsvWindow(options, JSON.parse(JSON.stringify(fitted)))))) counts.windows++;
    }
    expect(counts.read).toBeGreaterThan(10);
    expect(counts.refused).toBeGreaterThan(100);
    expect(counts.windows).toBeGreaterThan(20);
  });
});
