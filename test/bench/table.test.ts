import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runMeasured } from "../../bench/measured-process.ts";
import { number, renderTable, replaceBetween, summarize } from "../../bench/table.ts";

test("median, minimum and maximum of odd and even counts, whatever their order", () => {
  expect(summarize([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
  expect(summarize([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(() => summarize([])).toThrow(RangeError);
});

test("three significant digits without an exponent", () => {
  expect([0, 0.012345, 1.2345, 12.345, 123.45, 1234.5].map(number)).toEqual([
    "0.00",
    "0.0123",
    "1.23",
    "12.3",
    "123",
    "1235",
  ]);
});

test("a table's columns are aligned: text to the left, numbers to the right", () => {
  expect(
    renderTable(
      ["name", "s"],
      [
        ["a", "10"],
        ["longer", "1234"],
      ],
    ),
  ).toBe(["| name   |    s |", "| ------ | ---: |", "| a      |   10 |", "| longer | 1234 |"].join("\n"));
});

test("only what stands between the markers is replaced", () => {
  const document = "before\n<b>\nold\n<e>\nafter\n";
  const replaced = replaceBetween(document, "<b>", "<e>", "new");
  expect(replaced).toBe("before\n<b>\n\nnew\n\n<e>\nafter\n");
  expect(replaceBetween(replaced, "<b>", "<e>", "new")).toBe(replaced);
  expect(() => replaceBetween("no markers", "<b>", "<e>", "new")).toThrow("<b>");
});

test("docs/performance.md has the markers that --write-docs looks for", () => {
  const text = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
  const replaced = replaceBetween(text, "<!-- bench: begin -->", "<!-- bench: end -->", "tables");
  expect(replaced).toContain("<!-- bench: begin -->\n\ntables\n\n<!-- bench: end -->");
});

test("a measured process gives its exit code and what it printed", async () => {
  const program = "console.log('out'); console.error('trouble'); process.exitCode = 3;";
  const { code, stdout, stderr } = await runMeasured(process.execPath, ["-e", program]);
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: "out\n", stderr: "trouble\n" });
  const missing = await runMeasured("no-such-command-here", []);
  expect(missing.code).toBeUndefined();
  expect(missing.stderr).toContain("ENOENT");
});

test.runIf(process.platform === "linux")(
  "peak memory holds what a process used and what its children used",
  async () => {
    const hold = "const b = Buffer.alloc(200e6, 1); setTimeout(() => b.length, 1500);";
    const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(hold)}]); ${hold}`;
    const [one, two] = await Promise.all(
      [hold, parent].map((program) => runMeasured(process.execPath, ["-e", program])),
    );
    expect(one!.peakBytes).toBeGreaterThan(200e6);
    expect(two!.peakBytes).toBeGreaterThan(400e6);
  },
);
