import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { analyze } from "../../src/core/compile.ts";
import { type TablePlan, tableInput } from "../../src/core/sources/table.ts";
import { describeInspection, type Inspection, inspectTable } from "../../src/program/inspect.ts";
import { loadTable } from "../../src/support/table/load.ts";
import { lstmCompile } from "../cli/specs.ts";

const MESSY = new URL("../fixtures/messy/", import.meta.url).pathname;
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lstm-compile-inspect-"));
  vi.stubEnv("LSTM_COMPILE_CACHE", join(root, "cache"));
  cpSync(MESSY, join(root, "messy"), { recursive: true });
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function specText(dataset: string): string {
  return `specVersion: 1
name: looked-at
dataset: { type: table, lookback: 4, ${dataset} }
layers: [{ type: lstm, units: 4 }, { type: dense, units: 1 }]
optimizer: { type: adam }
training: { loss: meanSquaredError }
`;
}

async function inspect(dataset: string): Promise<Inspection> {
  const { plan, diagnostics } = analyze(specText(dataset));
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return inspectTable(plan.dataset as TablePlan, join(root, "messy"));
}

describe("inspecting a table", () => {
  it("says rows, columns with types, roles, missing values and ranges, and how the file is written", async () => {
    const found = await inspect(
      "path: 01_semicolon_decimalcomma_question.csv, time: Datum, target: Schluss, gaps: allow, whenMissing: ffill",
    );
    expect(found).toMatchObject({ rows: 45, format: { delimiter: ";", decimal: ",", missing: ["?"] }, problems: [] });
    expect(found.columns).toEqual([
      { name: "Datum", type: "time", role: "time", missing: 0, min: "24.07.2000", max: "25.09.2000" },
      { name: "Schluss", type: "number", role: "target", missing: 2, min: 109.87, max: 133.63 },
      { name: "Hoch", type: "number", role: "unused", missing: 1, min: 111.5, max: 134.94 },
      { name: "Volumen", type: "number", role: "unused", missing: 2, min: 2769400, max: 8536600 },
    ]);
  });

  it("counts all that is wrong, each kind with its first places", async () => {
    const found = await inspect("path: 08_repeated_missing_timestamps.csv, time: timestamp, target: value");
    expect(found.rows).toBe(47);
    const kinds = found.problems.map(({ severity, count, places }) => [severity, count, places.map(({ row }) => row)]);
    expect(kinds).toEqual([
      ["error", 1, [39]],
      ["error", 2, [7, 30]],
      ["error", 2, [11, 23]], // of one month, and of two
    ]);
    expect(describeInspection(found)).not.toContain("can be trained on");
  });

  it("tells of numbers that probably mean that a value is missing, and of columns that are all alike", async () => {
    writeFileSync(
      join(root, "messy", "flat.csv"),
      `t,y,z\n${Array.from({ length: 30 }, (_, t) => `${2000 + t},${t},5`).join("\n")}\n`,
    );
    const flat = await inspect("path: flat.csv, time: t, target: y, features: [y, z]");
    expect(flat.problems).toMatchObject([{ code: "constant", severity: "warning" }]);
    const sentinel = await inspect("path: 07_sentinel_9999_comment.csv, time: YEAR, target: SSN");
    expect(sentinel.problems).toMatchObject([{ code: "sentinel", severity: "warning", count: 4 }]);
    expect(describeInspection(sentinel)).toContain("the table can be trained on");
  });

  it("prepares the rows that training then finds in the cache", async () => {
    const text = "path: 05_bom_crlf_preamble_footer.csv, time: Month, target: Passengers, whenMissing: ffill";
    await inspect(text);
    const prepared = readdirSync(join(root, "cache", "tables"));
    const dataset = analyze(specText(text)).plan!.dataset as TablePlan;
    await loadTable({
      ...{ input: { ...tableInput(dataset), files: dataset.path.map((file) => join(root, "messy", file)) } },
      ...{ time: dataset.time!, series: [], target: dataset.target, features: dataset.features },
      ...{ columns: dataset.columns, lookback: 4, horizon: 1, scalePer: "all", note: () => undefined },
      split: { by: "time", testFraction: 0.2, validation: "test", gap: 0 },
    });
    expect(readdirSync(join(root, "cache", "tables"))).toEqual(prepared);
  });

  it("says why a table cannot be read", async () => {
    const found = await inspect("path: missing.csv, target: y");
    expect(found).toMatchObject({ rows: null, format: null, columns: [], problems: [{ severity: "error" }] });
    const absent = await inspect("path: 05_bom_crlf_preamble_footer.csv, time: Month, target: Passengrs");
    expect(absent).toMatchObject({
      rows: 48,
      problems: [{ fix: expect.stringContaining('did you mean "Passengers"?') }],
    });
  });

  it("is a command, with an exit code that says whether the table can be trained on", async () => {
    const spec = join(root, "spec.yaml");
    writeFileSync(spec, specText("path: 05_bom_crlf_preamble_footer.csv, time: Month, target: Passengers"));
    const good = await lstmCompile("inspect", spec, "--data", join(root, "messy"), "--json");
    expect([good.exitCode, JSON.parse(good.stdout).rows]).toEqual([0, 48]);
    const absent = await lstmCompile("inspect", spec); // there is no such file beside the spec
    expect([absent.exitCode, absent.stdout]).toEqual([1, expect.stringContaining("05_bom_crlf_preamble_footer.csv")]);
  });
});
