import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNpy, parseNpy } from "../../../src/support/data/npy.ts";
import { UserError } from "../../../src/support/user-error.ts";
import { userError } from "./fixtures.ts";

/** A file as numpy.lib.format describes it, of any header. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const padded = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const preamble = Buffer.alloc(start);
  preamble.write("\x93NUMPY", "latin1");
  preamble[6] = version;
  if (version === 1) preamble.writeUInt16LE(padded.length, 8);
  else preamble.writeUInt32LE(padded.length, 8);
  return Buffer.concat([preamble, Buffer.from(padded, version === 3 ? "utf8" : "latin1"), data]);
}

function dict(descr: string, shape: string, fortranOrder = "False"): string {
  return `{'descr': '${descr}', 'fortran_order': ${fortranOrder}, 'shape': ${shape}, }`;
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

describe("parseNpy", () => {
  it.each([
    ["<f4", "float32", Float32Array.of(1.5, -2)],
    ["<f8", "float64", Float64Array.of(0.1, 1e300)],
    ["<i4", "int32", Int32Array.of(7, -8)],
    ["<i8", "int64", BigInt64Array.of(7n, -8n)],
    ["|u1", "uint8", Uint8Array.of(0, 255)],
    ["|b1", "bool", Uint8Array.of(0, 1)],
    ["<u2", "uint16", Uint16Array.of(1, 65535)],
    ["|i1", "int8", Int8Array.of(-1, 1)],
  ] as const)("reads %s", (descr, dtype, data) => {
    const array = parseNpy(npy(dict(descr, "(2,)"), bytesOf(data)), "a.npy");
    expect(array).toEqual({ dtype, shape: [2], data });
  });

  it("takes the data as it lies in the file", () => {
    const bytes = npy(dict("<f4", "(2, 1)"), bytesOf(Float32Array.of(3, 4)));
    const aligned = new Uint8Array(bytes); // numpy's own alignment
    const { data } = parseNpy(aligned, "a.npy");
    expect(data.buffer).toBe(aligned.buffer);
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    expect([...parseNpy(shifted, "a.npy").data]).toEqual([3, 4]);
  });

  it("reads the three versions of the format, and a header in any order", () => {
    const header = `{"shape": (1, 2), "fortran_order": False, "descr": "|u1"}`;
    for (const version of [1, 2, 3]) {
      expect(parseNpy(npy(header, Uint8Array.of(1, 2), version), "a.npy").shape).toEqual([1, 2]);
    }
    expect(parseNpy(npy(dict("|u1", "()"), Uint8Array.of(5)), "a.npy").shape).toEqual([]);
  });

  it("takes column order where it is row order too", () => {
    expect(parseNpy(npy(dict("|u1", "(2, 1)", "True"), Uint8Array.of(1, 2)), "a.npy").shape).toEqual([2, 1]);
  });

  const four = Uint8Array.of(1, 2, 3, 4);
  it.each([
    ["an empty file", new Uint8Array(), /a\.npy, byte 0: the file is truncated/],
    ["another kind of file", Buffer.from("hello world!"), /byte 0: this is not a \.npy file/],
    ["an archive", Buffer.from("PK\x03\x04 and more"), /but a \.npz archive/],
    ["a version of the future", npy(dict("|u1", "(4,)"), four).fill(9, 6, 7), /byte 6: version 9/],
    ["a cut header", npy(dict("|u1", "(4,)"), four).subarray(0, 40), /byte 40: .*the header ends at byte 128/],
    ["cut data", npy(dict("|u1", "(4,)"), four.subarray(1)), /shape: \(4\) of uint8 is 4 bytes, but 3 follow byte 128/],
    ["data that goes on", npy(dict("|u1", "(3,)"), four), /3 bytes, but 4 follow/],
    ["a shape beyond numbers", npy(dict("<f8", `(${"9".repeat(400)},)`), four), /Infinity bytes, but 4 follow/],
    ["objects", npy(dict("|O", "(4,)"), four), /field descr: "\|O" holds Python objects/],
    ["big-endian numbers", npy(dict(">f4", "(1,)"), four), /">f4" is big-endian/],
    ["complex numbers", npy(dict("<c8", "(1,)"), four), /"<c8" is none of bool, uint8/],
    ["named fields", npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", four), /named fields/],
    ["columns first", npy(dict("|u1", "(2, 2)", "True"), four), /fortran_order: the array lies column by column/],
    ["no dict", npy("(4,)", four), /byte 10: the header is not a dict/],
    ["no shape", npy("{'descr': '|u1', 'fortran_order': False}", four), /field shape: it is missing/],
    ["a negative shape", npy(dict("|u1", "(-4,)"), four), /field shape: it is missing or malformed/],
  ])("refuses %s", async (_name, bytes, message) => {
    const error = await userError(() => parseNpy(bytes, "a.npy"));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(message);
  });

  it("gives an array that fits its shape or a UserError, whatever bytes change or are cut", () => {
    const whole = Buffer.from(formatNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Buffer.from(whole.subarray(0, length));
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          try {
            const { shape, data } = parseNpy(bytes, "a.npy");
            expect(data).toHaveLength(shape.reduce((product, n) => product * n, 1));
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("comes to an end with a hostile header", async () => {
    // Where matching can backtrack, these take years.
    await userError(() => parseNpy(npy(dict("|u1", `(${"1".repeat(50_000)}`), four), "a.npy"));
    await userError(() => parseNpy(npy(`{${"{".repeat(50_000)}`, four), "a.npy"));
  });
});

describe("formatNpy", () => {
  it("writes what parseNpy reads, aligned to 64 bytes", () => {
    const bytes = formatNpy(Int32Array.of(1, -2, 3), [3]);
    expect((bytes.length - 12) % 64).toBe(0);
    expect(parseNpy(bytes, "a.npy")).toEqual({ dtype: "int32", shape: [3], data: Int32Array.of(1, -2, 3) });
    expect(parseNpy(formatNpy(Float32Array.of(0.5, 1), [1, 2]), "a.npy")).toMatchObject({
      dtype: "float32",
      shape: [1, 2],
    });
  });
});
