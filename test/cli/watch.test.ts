import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { watchCommand } from "../../src/cli/watch-command.ts";
import { spec, useProject } from "./specs.ts";

useProject();

it("compiles again when an editor replaces the spec, also after an error", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const printed = (): string => stderr.mock.calls.map(([text]) => String(text)).join("");
  const save = (text: string): void => {
    writeFileSync("a.yaml~", text);
    renameSync("a.yaml~", "a.yaml");
  };
  const model = (): string => readFileSync("generated/a/model.ts", "utf8");
  const end = new AbortController();
  try {
    writeFileSync("a.yaml", spec("a", 4));
    const watching = watchCommand(["a.yaml"], { outDir: "generated", format: "text" }, end.signal);
    const first = model();
    save("specVersion: [");
    await vi.waitFor(() => expect(printed()).toContain("error LC1003"), { timeout: 20_000 });
    expect(model()).toBe(first);
    save(spec("a", 7));
    await vi.waitFor(() => expect(model()).not.toBe(first), { timeout: 20_000 });
    end.abort();
    expect(await watching).toBe(0);
  } finally {
    end.abort();
    stderr.mockRestore();
  }
});
