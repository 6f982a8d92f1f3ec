import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadMnist, MNIST_FILES, MNIST_MIRRORS, type MnistOptions } from "../../../src/support/data/mnist.ts";
import { HAS_MNIST, idx, MNIST_FOLDER, temporaryFolder, userError, write } from "./fixtures.ts";
import { breakAfter, mirror, serve } from "./mirror.ts";

const folder = temporaryFolder();
const NAMES = Object.keys(MNIST_FILES);
const lines: string[] = [];
const log = (line: string): void => void lines.push(line);

function options(cache: string, more: Partial<MnistOptions> = {}): MnistOptions {
  return {
    directory: undefined,
    cacheDirectory: join(folder, cache),
    validation: "test",
    scale: 255,
    log,
    mirrors: [],
    ...more,
  };
}

/** Four small files in the form of MNIST, with other digits. */
function variant(name: string, change: Record<string, Buffer> = {}): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  const files: Record<string, Buffer> = {
    "train-images-idx3-ubyte": idx([2, 28, 28], new Uint8Array(2 * 784).fill(51)),
    "train-labels-idx1-ubyte": idx([2], [3, 4]),
    "t10k-images-idx3-ubyte": idx([1, 28, 28], new Uint8Array(784)),
    "t10k-labels-idx1-ubyte": idx([1], [9]),
    ...change,
  };
  for (const [file, bytes] of Object.entries(files)) write(directory, file, bytes);
  return directory;
}

describe("loadMnist with --data", () => {
  it("reads someone's own variant, with a warning that gives each checksum", async () => {
    lines.length = 0;
    const { train, test, checksums, source } = await loadMnist(options("none", { directory: variant("variant") }));
    expect([train.count, test.count]).toEqual([2, 1]);
    expect([...(await train.read(Int32Array.of(1))).targets]).toEqual([4]);
    expect((await train.read(Int32Array.of(1))).inputs.input[100]).toBe(Math.fround(51 / 255));
    expect(Object.keys(checksums)).toEqual([...NAMES].sort());
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain(checksums[NAMES[0]!]!);
    expect(source).toContain("variant");
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("names the missing files and looks nowhere else", async () => {
    const { address, requests } = await mirror((_, response) => response.writeHead(404).end());
    mkdirSync(join(folder, "some"));
    write(join(folder, "some"), `${NAMES[0]}.gz`, gzipSync("x"));
    const more = { directory: join(folder, "some"), mirrors: [address] };
    const error = await userError(() => loadMnist(options("none", more)));
    expect(error.exitCode).toBe(3);
    expect(error.message).toBe(`the folder ${more.directory} lacks ${NAMES.slice(1).join(", ")}`);
    const nowhere = await userError(() => loadMnist(options("none", { directory: join(folder, "nowhere") })));
    expect(nowhere).toMatchObject({ exitCode: 3 });
    expect(nowhere.message).toContain("does not exist");
    expect(requests).toEqual([]);
  });

  it.each([
    ["a truncated file", { "t10k-images-idx3-ubyte": idx([2, 28, 28], new Uint8Array(784)) }, /t10k-images.*truncated/],
    ["another size", { "t10k-images-idx3-ubyte": idx([1, 2, 392], new Uint8Array(784)) }, /t10k-images.*of 2x392/],
    ["missing labels", { "train-labels-idx1-ubyte": idx([1], [3]) }, /train-images.*2 images.*with 1 labels/],
    ["letters", { "train-labels-idx1-ubyte": idx([2], [3, 26]) }, /train-labels.*label 26 at index 1/],
  ])("refuses %s", async (name, change: Record<string, Buffer>, message) => {
    const directory = variant(name.replaceAll(" ", "-"), change);
    const error = await userError(() => loadMnist(options("none", { directory })));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(message);
  });
});

describe("loadMnist without files", () => {
  it("has at least two mirrors, each a folder over https", () => {
    expect(new Set(MNIST_MIRRORS.map((address) => new URL(address).host)).size).toBeGreaterThanOrEqual(2);
    for (const address of MNIST_MIRRORS) expect(address).toMatch(/^https:.*\/$/);
  });

  it("tries every mirror and then names the ways without a download", async () => {
    const gone = await mirror((_, response) => response.writeHead(404).end());
    const wrong = await mirror((request, response) => serve(gzipSync("not MNIST"), request, response));
    const refused = "http://127.0.0.1:1/";
    const mirrors = [gone.address, wrong.address, refused];
    const error = await userError(() => loadMnist(options("failing", { mirrors })));
    expect(error.exitCode).toBe(3);
    for (const address of mirrors) expect(error.message).toContain(new URL(address).host);
    expect(error.message).toMatch(/HTTP 404.*SHA-256/);
    for (const text of ["--data DIR", "type: digits", ...NAMES]) expect(error.fix).toContain(text);
    expect(readdirSync(join(folder, "failing", "mnist"))).toEqual([]);
  });

  it("downloads nothing when offline", async () => {
    const { address, requests } = await mirror((_, response) => response.writeHead(404).end());
    const error = await userError(() => loadMnist(options("offline", { mirrors: [address], offline: true })));
    expect(error.exitCode).toBe(3);
    expect(error.fix).toContain("--data DIR");
    expect(requests).toEqual([]);
    expect(existsSync(join(folder, "offline"))).toBe(false);
  });

  it("says where the cache cannot be written", async () => {
    write(folder, "cache-is-a-file", "");
    const error = await userError(() => loadMnist(options("cache-is-a-file")));
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain("cache-is-a-file");
  });
});

// The published files are 11 MB and not part of the repository.
describe.skipIf(!HAS_MNIST)(`loadMnist with the published files (in ${MNIST_FOLDER})`, () => {
  const file = (url: string | undefined): Buffer => readFileSync(join(MNIST_FOLDER, basename(url ?? "")));

  it("reads them from --data without a warning", async () => {
    lines.length = 0;
    const { train, test, checksums } = await loadMnist(options("none", { directory: MNIST_FOLDER }));
    expect([train.count, test.count]).toEqual([60_000, 10_000]);
    expect(lines).toEqual([]);
    expect(checksums).toEqual(MNIST_FILES);
    expect([...(await train.read(Int32Array.of(0, 1, 2, 3, 4))).targets]).toEqual([5, 0, 4, 1, 9]);
  });

  it("downloads into the cache, from the second mirror where the first one fails, and only once", async () => {
    const gone = await mirror((_, response) => response.writeHead(404).end());
    const good = await mirror((request, response) => serve(file(request.url), request, response));
    const here = options("second", { mirrors: [gone.address, good.address] });
    const { test } = await loadMnist(here);
    expect(test.count).toBe(10_000);
    expect(good.requests).toEqual(NAMES.map((name) => `/${name}.gz`));
    expect(readdirSync(join(folder, "second", "mnist")).sort()).toEqual(NAMES.map((name) => `${name}.gz`).sort());
    await loadMnist({ ...here, offline: true });
    expect(good.requests).toHaveLength(4);
  });

  it("continues at the second mirror what the first one broke off", async () => {
    const stored = (url: string | undefined): string => join(folder, "continued", "mnist", `${basename(url!)}.partial`);
    const breaking = await mirror((request, response) =>
      breakAfter(2000, file(request.url), response, stored(request.url)),
    );
    const good = await mirror((request, response) => serve(file(request.url), request, response));
    await loadMnist(options("continued", { mirrors: [breaking.address, good.address] }));
    expect(good.requests).toEqual(NAMES.map((name) => `/${name}.gz bytes=2000-`));
  });

  it("replaces what is damaged in the cache, and nothing else", async () => {
    const good = await mirror((request, response) => serve(file(request.url), request, response));
    const directory = join(folder, "damaged", "mnist");
    mkdirSync(directory, { recursive: true });
    for (const name of NAMES) copyFileSync(join(MNIST_FOLDER, `${name}.gz`), join(directory, `${name}.gz`));
    write(directory, `${NAMES[1]}.gz`, file(`${NAMES[1]}.gz`).subarray(0, 1000));
    const changed = gunzipSync(file(`${NAMES[3]}.gz`));
    changed.writeUInt8(changed[100]! ^ 1, 100);
    write(directory, NAMES[3]!, changed);
    const { checksums } = await loadMnist(options("damaged", { mirrors: [good.address] }));
    expect(checksums).toEqual(MNIST_FILES);
    expect(good.requests).toEqual([`/${NAMES[1]}.gz`, `/${NAMES[3]}.gz`]);
  });

  it("lets two programs that start at once download each file once", async () => {
    const good = await mirror((request, response) => serve(file(request.url), request, response));
    const here = options("twice", { mirrors: [good.address] });
    const both = await Promise.all([loadMnist(here), loadMnist(here)]);
    expect(both.map(({ checksums }) => checksums)).toEqual([MNIST_FILES, MNIST_FILES]);
    expect(good.requests).toHaveLength(4);
  });
});
