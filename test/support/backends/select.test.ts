import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it, vi } from "vitest";
import { fixCommand, nameProgram } from "../../../src/support/backends/cache.ts";
import { probeBackends, selectBackend } from "../../../src/support/backends/select.ts";
import { compare } from "../../../src/support/backends/self-test.ts";
import { type BackendDriver, type BackendName, Unusable } from "../../../src/support/backends/types.ts";
import { wasmDriver } from "../../../src/support/backends/wasm.ts";
import { restoreRemovedUtilFunctions } from "../../../src/support/system/node-compat.ts";
import { cpuInstalled, NO_CPU } from "../../installed.ts";

function broken(name: BackendName, reason: string): BackendDriver {
  return {
    name,
    precheck: () => new Unusable(reason, `fix ${name}`),
    activate: () => Promise.reject(new Error("unreached")),
  };
}

/** Claims another name and computes on wasm. */
function working(name: BackendName): BackendDriver {
  return {
    name,
    precheck: () => undefined,
    activate: async (options, automatic) => ({
      ...(await wasmDriver.activate(options, automatic)),
      device: `fake ${name}`,
    }),
  };
}

describe("selectBackend", () => {
  it("takes the first that works and keeps the reasons of the others", async () => {
    const drivers = [working("wasm"), broken("gpu", "no driver"), working("cpu")];
    const selected = await selectBackend("auto", {}, drivers);
    expect(selected).toMatchObject({ name: "cpu", device: "fake cpu" });
    expect(selected.reason).toContain("gpu: no driver");
  });

  it("goes on when a backend fails while it starts", async () => {
    const failing: BackendDriver = { ...working("cpu"), activate: () => Promise.reject(new Error("bad library")) };
    const selected = await selectBackend("auto", {}, [failing, working("wasm")]);
    expect(selected.name).toBe("wasm");
    expect(selected.reason).toContain("cpu: bad library");
  });

  it("never replaces a backend that was asked for by name", async () => {
    const drivers = [broken("gpu", "libcuda.so.1 was not found"), working("wasm")];
    await expect(selectBackend("gpu", {}, drivers)).rejects.toMatchObject({
      name: "UserError",
      exitCode: 3,
      fix: "fix gpu",
      message: expect.stringContaining("libcuda.so.1 was not found"),
    });
  });

  it("rejects an unknown name as a mistake in the command line", async () => {
    await expect(selectBackend("tpu" as "gpu")).rejects.toMatchObject({ exitCode: 2 });
  });

  it("names every reason when nothing works", async () => {
    const drivers = [broken("cpu", "no library"), broken("wasm", "no package")];
    await expect(selectBackend("auto", {}, drivers)).rejects.toThrow(/cpu: no library; wasm: no package/);
  });

  it("runs wasm and leaves no handlers of the library behind", async () => {
    const before = process.listenerCount("uncaughtException");
    const selected = await selectBackend("wasm");
    expect(selected).toMatchObject({ name: "wasm", reason: "as requested" });
    expect(selected.version).toMatch(/4\.22/);
    expect(tf.getBackend()).toBe("wasm");
    expect(process.listenerCount("uncaughtException")).toBe(before);
  });

  it("says the command when cpu is asked for and not installed", async () => {
    const result = selectBackend("cpu", { cacheDirectory: "/nonexistent/cache" });
    await expect(result).rejects.toMatchObject({ exitCode: 3, fix: "npx lstm-compile backend install cpu" });
  });

  it("says a command that works where the user is, also in a generated program", () => {
    vi.stubEnv("LSTM_COMPILE_STARTED", "");
    vi.stubEnv("LSTM_COMPILE_PROGRAM", "");
    expect(fixCommand("install cpu")).toBe("npx lstm-compile backend install cpu");
    nameProgram(resolve("generated/quickstart"));
    expect(fixCommand("install cpu")).toBe("npm --prefix generated/quickstart run backend -- install cpu");
    vi.stubEnv("LSTM_COMPILE_STARTED", "1"); // by the compiler, so that it is there
    expect(fixCommand("install cpu")).toBe("npx lstm-compile backend install cpu");
    vi.unstubAllEnvs();
  });

  it.skipIf(!cpuInstalled)(`computes on native TensorFlow${NO_CPU}`, async () => {
    const selected = await selectBackend("cpu");
    expect(selected.version).toMatch(/^TensorFlow 2\.\d+/);
    expect(tf.getBackend()).toBe("tensorflow");
    const c = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
    expect([...(await c.data())]).toEqual([11]);
    c.dispose();
  });
});

describe("probeBackends", () => {
  it("does not start a process for what is known to be missing", async () => {
    const probed: string[] = [];
    const drivers = [broken("gpu", "no driver"), working("wasm")];
    const probes = await probeBackends({}, drivers, async (name) => {
      probed.push(name);
      return { usable: true, version: "1", device: "x64", reason: "it works", fix: "" };
    });
    expect(probed).toEqual(["wasm"]);
    expect(probes).toEqual([
      { name: "gpu", usable: false, version: "", device: "", reason: "no driver", fix: "fix gpu" },
      { name: "wasm", usable: true, version: "1", device: "x64", reason: "it works", fix: "" },
    ]);
  });

  it("tries wasm in a process of its own", async () => {
    const [probe] = await probeBackends({}, [wasmDriver]);
    expect(probe).toMatchObject({ name: "wasm", usable: true });
  }, 60_000);
});

describe("compare", () => {
  it("finds a wrong number and one that is not a number", () => {
    expect(() => compare("product", [1, 2], [1, 2.0001])).not.toThrow();
    expect(() => compare("product", [1, 2], [1, 2.1])).toThrow(/product gave 2 where 2.1 is right \(element 1\)/);
    expect(() => compare("product", [Number.NaN], [0])).toThrow(/NaN/);
  });
});

it("puts the removed util functions in place", () => {
  restoreRemovedUtilFunctions();
  const util = createRequire(import.meta.url)("node:util");
  expect([util.isNullOrUndefined(null), util.isNullOrUndefined(undefined), util.isNullOrUndefined(0)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(util.isArray([])).toBe(true);
});
