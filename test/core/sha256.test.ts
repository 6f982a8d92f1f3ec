import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "../../src/core/sha256.ts";

it("hashes bytes, and texts as UTF-8, as Node does", () => {
  const check = (data: string | Uint8Array): void => {
    expect(sha256(data)).toBe(createHash("sha256").update(data).digest("hex"));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check));
  fc.assert(fc.property(fc.string({ unit: "binary" }), check));
  check("\ud800");
});
