import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNpy, parseNpy } from "../../../src/support/data/npy.ts";
import { UserError } from "../../../src/support/system/user-error.ts";
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
    ["|u1", "uint8", Uint8Array.of(0, 255)],
    ["|b1", "bool", Uint8Array.of(0, 1)],
    ["<u2", "uint16", Uint16Array.of(1, 65535)],
    ["|i1", "int8", Int8Array.of(-1, 1)],
  ] as const)("reads %s", (descr, dtype, data) => {
    const array = parseNpy(npy(dict(descr, "(2,)"), bytesOf(data)), "a.npy");
    expect(array).toEqual({ dtype, shape: [2], data });
  });

  const swapped = (data: ArrayBufferView, bytes: 2 | 4 | 8): Uint8Array => {
    const copy = Buffer.from(bytesOf(data));
    return bytes === 2 ? copy.swap16() : bytes === 4 ? copy.swap32() : copy.swap64();
  };
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000); // 1, -2, the largest, the smallest, -0
  it.each([
    ["<i8", "int64", BigInt64Array.of(7n, -8n, 2n ** 53n - 1n, 1n - 2n ** 53n), [7, -8, 2 ** 53 - 1, 1 - 2 ** 53]],
    ["<u8", "uint64", BigUint64Array.of(7n, 2n ** 40n), [7, 2 ** 40]],
    [">i8", "int64", swapped(BigInt64Array.of(7n, -8n), 8), [7, -8]],
    [">u8", "uint64", swapped(BigUint64Array.of(7n, 2n ** 40n), 8), [7, 2 ** 40]],
    ["<f2", "float16", halves, [1, -2, 65504, 2 ** -24, -0]],
    [">f2", "float16", swapped(halves, 2), [1, -2, 65504, 2 ** -24, -0]],
    [">f4", "float32", swapped(Float32Array.of(1.5, -2), 4), [1.5, -2]],
    [">f8", "float64", swapped(Float64Array.of(0.1, 1e300), 8), [0.1, 1e300]],
    [">i4", "int32", swapped(Int32Array.of(7, -8), 4), [7, -8]],
    [">u2", "uint16", swapped(Uint16Array.of(1, 65535), 2), [1, 65535]],
    ["<u1", "uint8", Uint8Array.of(1, 255), [1, 255]],
  ] as const)("decodes %s", (descr, dtype, data, values) => {
    const array = parseNpy(npy(dict(descr, `(${values.length},)`), bytesOf(data)), "a.npy");
    expect(array).toMatchObject({ dtype, shape: [values.length] });
    expect([...array.data]).toEqual(values);
  });

  it("knows the 16-bit floats that are not finite", () => {
    const { data } = parseNpy(npy(dict("<f2", "(3,)"), bytesOf(Uint16Array.of(0x7c00, 0xfc00, 0x7e00))), "a.npy");
    expect([...data]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  it.each([
    ["(2, 3)", [0, 2, 4, 1, 3, 5]],
    ["(3, 2)", [0, 3, 1, 4, 2, 5]],
    ["(1, 3, 2)", [0, 3, 1, 4, 2, 5]],
  ])("puts column order %s into row order", (shape, values) => {
    for (const [descr, data] of [
      ["|u1", Uint8Array.of(0, 1, 2, 3, 4, 5)],
      ["<f4", bytesOf(Float32Array.of(0, 1, 2, 3, 4, 5))],
      [">i2", swapped(Int16Array.of(0, 1, 2, 3, 4, 5), 2)],
    ] as const) {
      expect([...parseNpy(npy(dict(descr, shape, "True"), data), "a.npy").data]).toEqual(values);
    }
  });

  it("puts any array in column order into row order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }), (shape) => {
        const count = shape.reduce((product, n) => product * n, 1);
        const columns = new Int32Array(count);
        for (let k = 0; k < count; k++) {
          let rest = k;
          const index = shape.toReversed().map((size) => {
            const at = rest % size;
            rest = (rest - at) / size;
            return at;
          });
          // index is of the last axis first; the first axis varies fastest in column order.
          const at = index.reduce((sum, value, axis) => sum * shape.at(-1 - axis)! + value, 0);
          columns[at] = k;
        }
        const bytes = npy(dict("<i4", `(${shape.join(", ")})`, "True"), bytesOf(columns));
        expect([...parseNpy(bytes, "a.npy").data]).toEqual(Array.from({ length: count }, (_, k) => k));
      }),
    );
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
    [
      "cut data",
      npy(dict("|u1", "(4,)"), four.subarray(1)),
      /shape: \(4,\) of uint8 is 4 bytes, but 3 follow byte 128/,
    ],
    ["data that goes on", npy(dict("|u1", "(3,)"), four), /3 bytes, but 4 follow/],
    ["a shape beyond numbers", npy(dict("<f8", `(${"9".repeat(400)},)`), four), /Infinity bytes, but 4 follow/],
    ["objects", npy(dict("|O", "(4,)"), four), /field descr: "\|O" holds Python objects/],
    ["complex numbers", npy(dict("<c8", "(1,)"), four), /"<c8" holds complex numbers/],
    ["text", npy(dict("<U1", "(1,)"), four), /"<U1" holds text, which is not read/],
    ["bytes of text", npy(dict("|S4", "(1,)"), four), /"\|S4" holds text/],
    ["dates", npy(dict("<M8[ns]", "(1,)"), four), /"<M8\[ns\]" holds dates/],
    ["spans of time", npy(dict("<m8[s]", "(1,)"), four), /holds spans of time/],
    ["floats of 128 bits", npy(dict("<f16", "(1,)"), four), /"<f16" is none of bool, uint8/],
    ["raw bytes", npy(dict("|V2", "(2,)"), four), /"\|V2" is none of/],
    ["floats without byte order", npy(dict("|f4", "(1,)"), four), /"\|f4" is none of/],
    ["a name of Object.prototype", npy(dict("toString", "(1,)"), four), /"toString" is none of/],
    [
      "a bool of 2",
      npy(
        dict("|b1", "(2, 2)"),
        four.map((k) => k % 3),
      ),
      /a\.npy\[0, 1\] is the byte 2, but a bool/,
    ],
    [
      "whole numbers that are not exact",
      npy(dict("<i8", "(2,)"), bytesOf(BigInt64Array.of(1n, 2n ** 53n))),
      /a\.npy\[1\] is about 9007199254740992: whole numbers beyond 2\^53/,
    ],
    [
      "the largest uint64",
      npy(dict("<u8", "(1,)"), new Uint8Array(8).fill(255)),
      /a\.npy\[0\] is about 18446744073709552000/,
    ],
    ["an HDF5 file", Buffer.from("\x89HDF\r\n\x1a\n", "latin1"), /not a \.npy file but an HDF5 file/],
    ["named fields", npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", four), /named fields/],
    ["no dict", npy("(4,)", four), /byte 10: the header is not a dict/],
    ["no shape", npy("{'descr': '|u1', 'fortran_order': False}", four), /field shape: it is missing/],
    ["a negative shape", npy(dict("|u1", "(-4,)"), four), /field shape: it is missing or malformed/],
  ])("refuses %s", async (_name, bytes, message) => {
    const error = await userError(() => parseNpy(bytes, "a.npy"));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(message);
  });

  it("says which array of a .npz archive to write", async () => {
    const entry = Buffer.concat([
      Buffer.from("PK\x03\x04", "latin1"),
      Buffer.alloc(26),
      Buffer.from("train_x.npy and more"),
    ]);
    const error = await userError(() => parseNpy(entry, "data/a.npz"));
    expect(error.fix).toContain('numpy.save("train_x.npy", numpy.load("a.npz")["train_x"])');
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
