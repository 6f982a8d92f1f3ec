import fc from "fast-check";
import { expect, it } from "vitest";
import { printFile } from "../../../src/core/emit/write.ts";

it("prints texts as ts-morph does", () => {
  const line = fc.constantFrom("", "a;", "if (a) {", "}", "  b(); // }", "} ", "`a`", "// x {", "const a = { b };");
  const text = fc.array(line, { maxLength: 4 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      // A writer, even one that writes nothing, is for ts-morph.
      expect(printFile(texts)).toBe(printFile([() => undefined, ...texts]));
    }),
  );
});
