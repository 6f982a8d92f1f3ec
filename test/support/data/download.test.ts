import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { download } from "../../../src/support/data/download.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";
import { breakAfter, mirror, serve } from "./mirror.ts";

const folder = temporaryFolder();
const DATA = Buffer.from(Array.from({ length: 5000 }, (_, k) => Math.imul(k, 0x9e3779b1) >>> 24));
const PACKED = gzipSync(DATA);
const verify = (bytes: Uint8Array): void => {
  if (!DATA.equals(bytes)) throw new Error("other bytes");
};

function target(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name, "file.gz");
}

describe("download", () => {
  it("stores a verified file and leaves nothing else", async () => {
    const { address, requests } = await mirror((request, response) => serve(PACKED, request, response));
    const path = target("plain");
    await download(`${address}file.gz`, path, { verify });
    expect(readFileSync(path)).toEqual(PACKED);
    expect(readdirSync(join(folder, "plain"))).toEqual(["file.gz"]);
    expect(requests).toEqual(["/file.gz"]);
  });

  it("keeps the part that came before the connection broke, and continues it", async () => {
    const path = target("resume");
    let broken = true;
    const { address, requests } = await mirror((request, response) => {
      if (broken) breakAfter(1000, PACKED, response, `${path}.partial`);
      else serve(PACKED, request, response);
    });
    await expect(download(`${address}file.gz`, path, { verify })).rejects.toThrow();
    expect(existsSync(path)).toBe(false);
    const kept = readFileSync(`${path}.partial`);
    expect(kept).toEqual(PACKED.subarray(0, 1000));
    broken = false;
    await download(`${address}file.gz`, path, { verify });
    expect(readFileSync(path)).toEqual(PACKED);
    expect(requests).toEqual(["/file.gz", "/file.gz bytes=1000-"]);
  });

  it("starts again where the server knows no ranges", async () => {
    const { address, requests } = await mirror((_, response) => response.writeHead(200).end(PACKED));
    const path = target("no-ranges");
    write(join(folder, "no-ranges"), "file.gz.partial", PACKED.subarray(0, 77));
    await download(`${address}file.gz`, path, { verify });
    expect(requests).toEqual(["/file.gz bytes=77-"]);
    expect(readFileSync(path)).toEqual(PACKED);
  });

  it("starts again where the part belongs to another file", async () => {
    const { address, requests } = await mirror((request, response) => serve(PACKED, request, response));
    const path = target("other-part");
    write(join(folder, "other-part"), "file.gz.partial", Buffer.alloc(100, 0x55));
    await download(`${address}file.gz`, path, { verify });
    expect(readFileSync(path)).toEqual(PACKED);
    expect(requests).toEqual(["/file.gz bytes=100-", "/file.gz"]);
  });

  it("takes a part that is whole already, and replaces one that is too long", async () => {
    const { address, requests } = await mirror((request, response) => serve(PACKED, request, response));
    const whole = target("whole");
    write(join(folder, "whole"), "file.gz.partial", PACKED);
    await download(`${address}file.gz`, whole, { verify });
    expect(readFileSync(whole)).toEqual(PACKED);
    expect(requests).toHaveLength(1);
    const long = target("long");
    write(join(folder, "long"), "file.gz.partial", Buffer.concat([PACKED, Buffer.alloc(50, 1)]));
    await download(`${address}file.gz`, long, { verify });
    expect(readFileSync(long)).toEqual(PACKED);
  });

  it("accepts a file that the server has unpacked", async () => {
    const { address } = await mirror((request, response) => serve(DATA, request, response));
    const path = target("unpacked");
    await download(`${address}file.gz`, path, { verify });
    expect(readFileSync(path)).toEqual(DATA);
  });

  it.each([
    ["other bytes", gzipSync(Buffer.from("a login page")), /other bytes/],
    ["a truncated file of the stated length", PACKED.subarray(0, 500), /unexpected end/],
    ["an empty answer", Buffer.alloc(0), /other bytes/],
  ])("removes %s", async (name, bytes, message) => {
    const { address } = await mirror((request, response) => serve(bytes, request, response));
    const path = target(name.replaceAll(" ", "-"));
    await expect(download(`${address}file.gz`, path, { verify })).rejects.toThrow(message);
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("gives up on a server that stops sending, and on one that never answers", async () => {
    const stalling = await mirror((_, response) => {
      response.writeHead(200, { "content-length": PACKED.length });
      response.write(PACKED.subarray(0, 100));
    });
    const path = target("stall");
    const options = { verify, stallMilliseconds: 200 };
    await expect(download(`${stalling.address}file.gz`, path, options)).rejects.toThrow("no data for 0.2 s");
    const silent = await mirror(() => undefined);
    await expect(download(`${silent.address}file.gz`, path, options)).rejects.toThrow("no data for 0.2 s");
  });

  it("gives up on a server that does not stop, and leaves nothing", async () => {
    const { address } = await mirror((_, response) => {
      response.writeHead(200);
      const send = (): void => {
        while (!response.destroyed && response.write(DATA));
        if (!response.destroyed) response.once("drain", send);
      };
      send();
    });
    const path = target("endless");
    process.env.LSTM_COMPILE_MAX_DATA_BYTES = "100000";
    try {
      await expect(download(`${address}file.gz`, path, { verify })).rejects.toThrow("more than 100000 bytes came");
    } finally {
      delete process.env.LSTM_COMPILE_MAX_DATA_BYTES;
    }
    expect(readdirSync(join(folder, "endless"))).toEqual([]);
  });

  it("reports a status, and a folder that cannot be written to", async () => {
    const gone = await mirror((_, response) => response.writeHead(404).end("no such file"));
    const path = target("status");
    await expect(download(`${gone.address}file.gz`, path, { verify })).rejects.toThrow("HTTP 404");
    expect(readdirSync(join(folder, "status"))).toEqual([]);
    const good = await mirror((request, response) => serve(PACKED, request, response));
    write(folder, "a-file", "");
    const inside = join(folder, "a-file", "file.gz");
    const error = await userError(() => download(`${good.address}file.gz`, inside, { verify }));
    expect(error).toMatchObject({ exitCode: 3 });
    expect(error.message).toContain(inside);
  });
});
