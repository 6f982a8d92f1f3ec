import { execFileSync } from "node:child_process";
import { existsSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { readDataFile } from "../../../src/support/data/read-file.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
const VARIABLE = "LSTM_COMPILE_MAX_DATA_BYTES";
const DATA = Buffer.alloc(1000, "abc");
const PACKED = gzipSync(DATA);
let files = 0;
const file = (bytes: Uint8Array): string => write(folder, `file${++files}`, bytes);

afterEach(() => {
  delete process.env[VARIABLE];
});

describe("readDataFile", () => {
  it("unpacks gzip, whatever the file is called, of several members, and finds the .gz", () => {
    write(folder, "only.gz", PACKED);
    expect(Buffer.from(readDataFile(join(folder, "only")))).toEqual(DATA);
    expect(Buffer.from(readDataFile(file(PACKED)))).toEqual(DATA);
    expect(Buffer.from(readDataFile(file(Buffer.concat([PACKED, PACKED]))))).toEqual(Buffer.concat([DATA, DATA]));
    expect(Buffer.from(readDataFile(file(Buffer.concat([PACKED, Buffer.alloc(512)]))))).toEqual(DATA);
    expect(readDataFile(file(gzipSync("")))).toHaveLength(0);
    expect(readDataFile(file(Buffer.alloc(0)))).toHaveLength(0);
    const large = Buffer.from(Array.from({ length: 300_000 }, (_, k) => Math.imul(k, 0x9e3779b1) >>> 24));
    expect(large.equals(readDataFile(file(gzipSync(large))))).toBe(true);
    expect(large.equals(readDataFile(file(large)))).toBe(true);
  });

  it("names both files where neither exists", async () => {
    const missing = await userError(() => readDataFile(join(folder, "none")));
    expect(missing).toMatchObject({ exitCode: 3, fix: expect.stringContaining("--data") });
    expect(missing.message).toBe(`neither ${join(folder, "none")} nor ${join(folder, "none.gz")} exists`);
  });

  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(PACKED);
    bytes[bytes.length + at]! ^= 1;
    return bytes;
  };
  it.each([
    ["a cut end", PACKED.subarray(0, -9), /gzip data is truncated \(unexpected end of file\)/],
    ["a cut checksum", PACKED.subarray(0, -1), /gzip data is truncated/],
    ["nothing but the first two bytes", PACKED.subarray(0, 2), /gzip data is truncated/],
    ["a wrong checksum", flipped(-6), /gzip data is damaged \(incorrect data check\)/],
    ["a wrong length", flipped(-1), /gzip data is damaged \(incorrect length check\)/],
    ["another method", flipped(2 - PACKED.length), /gzip data is damaged \(unknown compression method\)/],
    ["something behind it", Buffer.concat([PACKED, Buffer.from("more")]), /something else follows the end of/],
    ["something behind zeros", Buffer.concat([PACKED, Buffer.alloc(9), Buffer.from("more")]), /something else follows/],
  ])("refuses gzip data with %s", async (_name, bytes, message) => {
    const path = file(bytes);
    const error = await userError(() => readDataFile(path));
    expect(error).toMatchObject({ exitCode: 1, fix: "replace the file by a whole copy" });
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).toMatch(message);
  });

  it("stops at the limit, plain and packed, and says how to raise it", async () => {
    process.env[VARIABLE] = "999";
    const plain = await userError(() => readDataFile(file(DATA)));
    expect(plain.message).toMatch(/: it has 1,000 bytes, but data is read up to 999 bytes$/);
    expect(plain).toMatchObject({ exitCode: 1, fix: expect.stringContaining(`${VARIABLE}=3996`) });
    const packed = await userError(() => readDataFile(file(PACKED)));
    expect(packed.message).toMatch(/: its gzip data unpacks to 1,000 bytes, but data is read up to 999 bytes$/);
    // The last member says 10 bytes: what is before it shows while unpacking.
    const hidden = Buffer.concat([PACKED, gzipSync(Buffer.alloc(10))]);
    const unpacked = await userError(() => readDataFile(file(hidden)));
    expect(unpacked.message).toMatch(/: its \d+ bytes of gzip data unpack to more than 999 bytes, but/);
    process.env[VARIABLE] = "1000";
    expect(readDataFile(file(DATA))).toHaveLength(1000);
    expect(readDataFile(file(PACKED))).toHaveLength(1000);
  });

  it("refuses more than 1 GiB before reading it", async () => {
    const path = file(Buffer.alloc(0));
    truncateSync(path, 2 ** 30 + 1); // a hole: no disk is used
    const error = await userError(() => readDataFile(path));
    expect(error.message).toContain("it has 1,073,741,825 bytes, but data is read up to 1,073,741,824 bytes");
  });

  it.each(["0", "1e9", "-5", "1GB"])("takes no limit of %s", async (value) => {
    process.env[VARIABLE] = value;
    const error = await userError(() => readDataFile(file(DATA)));
    expect(error).toMatchObject({ exitCode: 2, message: `the environment variable ${VARIABLE} is "${value}"` });
  });

  it("refuses folders, pipes and devices without waiting for them", async () => {
    const fix = { exitCode: 3, fix: "give a file" };
    expect(await userError(() => readDataFile(folder))).toMatchObject({
      ...fix,
      message: `${folder} is a folder, which is not read`,
    });
    if (process.platform === "win32") return;
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await userError(() => readDataFile(pipe))).toMatchObject({
      ...fix,
      message: `${pipe} is a pipe, which is not read`,
    });
    expect(await userError(() => readDataFile("/dev/zero"))).toMatchObject({
      ...fix,
      message: "/dev/zero is a device, which is not read",
    });
  });

  it("reads files whose size the system does not say, up to the limit", async () => {
    const path = "/proc/self/status";
    if (!existsSync(path)) return;
    expect(Buffer.from(readDataFile(path)).toString()).toContain("Name:");
    process.env[VARIABLE] = "10";
    expect((await userError(() => readDataFile(path))).message).toContain("it has more than 10 bytes");
  });

  it("says what the system says of a file that cannot be opened", async () => {
    const error = await userError(() => readDataFile(join(folder, "x".repeat(5000))));
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(/cannot be read: ENAMETOOLONG|neither/);
    expect((await userError(() => readDataFile("a\0b"))).exitCode).toBe(3);
  });
});
