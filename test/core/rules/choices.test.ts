import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { renderDiagnostics } from "../../../src/core/diagnostic.ts";
import { load } from "../../../src/core/load/load.ts";
import { validate } from "../../../src/core/validate.ts";
import { namedValues } from "../spec/sites.ts";

function diagnose(spec: object, word: string) {
  const text = stringify(spec);
  const diagnostics = validate(load(text, "spec.yaml").source!).diagnostics.filter(({ message }) =>
    message.includes(word),
  );
  const rendered = (["text", "json", "github"] as const).map((format) =>
    renderDiagnostics(diagnostics, new Map([["spec.yaml", text]]), format),
  );
  return { diagnostics, rendered };
}

describe("an error about a name", () => {
  const values = namedValues().filter(({ names }) => typeof names[0] === "string");

  it.each(values.map((value) => [value.name, value] as const))("%s: lists all names, in every format", (_, value) => {
    const { names, around } = value;
    const otherSpelling = `${String(names[0]).toUpperCase()}_`;
    for (const wrong of ["nonsense", otherSpelling]) {
      const { diagnostics, rendered } = diagnose(around(wrong), wrong);
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]!.choices).toEqual(names);
      for (const text of rendered) {
        const words = new Set(text.split(/[^A-Za-z0-9]+/));
        const isListed = (name: string): boolean =>
          words.has(name) || (/[^A-Za-z0-9]/.test(name) && text.includes(name));
        expect(names.filter((name) => !isListed(String(name)))).toEqual([]);
      }
      for (const line of rendered[0]!.split("\n")) expect(line.length).toBeLessThanOrEqual(115);
    }
    const near = diagnose(around(otherSpelling), otherSpelling);
    expect(near.diagnostics[0]!.fix).toBe(`did you mean \`${names[0]}\`?`);
  });

  it("lists names where something else than a text stands there", () => {
    const { diagnostics } = diagnose({ training: { loss: 3 } }, "the number 3");
    expect(diagnostics.map(({ choices }) => choices)).toEqual([expect.arrayContaining(["huber", "ctc"])]);
  });
});
