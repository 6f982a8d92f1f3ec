import { UserError } from "../system/user-error.ts";
import { fixCommand } from "./cache.ts";
import { probeInChild } from "./child.ts";
import { cpuDriver, gpuDriver } from "./native.ts";
import { selfTest } from "./self-test.ts";
import {
  BACKEND_NAMES,
  type BackendDriver,
  type BackendName,
  type BackendOptions,
  type BackendProbe,
  type BackendRequest,
  messageOf,
  NoDevice,
  type SelectedBackend,
  Unusable,
} from "./types.ts";
import { wasmDriver } from "./wasm.ts";
import { webgpuDriver } from "./webgpu.ts";

export type { BackendName, BackendOptions, BackendProbe, BackendRequest, SelectedBackend } from "./types.ts";

/** What it takes and gives, as measured with the quickstart model. */
const NATIVE_COST = "a download of 0.35 GB, 0.9 GB on disk; it trained 5 to 6 times as fast when measured on 2 cores";

const DRIVERS: readonly BackendDriver[] = [gpuDriver, cpuDriver, webgpuDriver, wasmDriver];

/**
 * Makes a backend the active one of the engine, after a matrix product and a recurrent step on it gave the right numbers.
 * `auto` takes the first of gpu, cpu, webgpu and wasm that works; a backend asked for by name is never replaced by another.
 *
 * @throws UserError (exit code 3) with the missing piece and the command that provides it
 */
export async function selectBackend(
  request: BackendRequest,
  options: BackendOptions = {},
  drivers: readonly BackendDriver[] = DRIVERS,
): Promise<SelectedBackend> {
  if (request !== "auto" && !BACKEND_NAMES.includes(request)) {
    throw new UserError(`there is no backend "${request}"`, {
      fix: `choose one of auto, ${BACKEND_NAMES.join(", ")}`,
      exitCode: 2,
    });
  }
  const rejected: { name: BackendName; failure: Unusable }[] = [];
  const names = request === "auto" ? BACKEND_NAMES : [request];
  for (const driver of names.flatMap((name) => drivers.filter((driver) => driver.name === name))) {
    try {
      const { version, device } = await start(driver, options, request === "auto");
      if (request === "auto" && driver.name === "wasm") suggestNative(rejected, options);
      return { name: driver.name, version, device, reason: reasonFor(request, rejected) };
    } catch (error) {
      const failure = asUnusable(error);
      if (options.verbose) options.log?.(`backend ${driver.name} is not usable: ${failure.message}`);
      rejected.push({ name: driver.name, failure });
    }
  }
  const first = rejected[0];
  if (request !== "auto" && first !== undefined) {
    throw new UserError(`the backend ${request} is not usable: ${first.failure.message}`, {
      fix: first.failure.fix,
      exitCode: 3,
      cause: first.failure.cause,
    });
  }
  throw new UserError(
    `no backend works here${rejected.map(({ name, failure }) => `; ${name}: ${failure.message}`).join("")}`,
    { fix: rejected.at(-1)?.failure.fix ?? "npm install", exitCode: 3 },
  );
}

/**
 * Tries every backend, each in a process of its own so that none can harm the caller, and says what was found.
 * The result has the order in which `auto` chooses.
 */
export async function probeBackends(
  options: BackendOptions = {},
  drivers: readonly BackendDriver[] = DRIVERS,
  probe: typeof probeInChild = probeInChild,
): Promise<BackendProbe[]> {
  const probes = drivers.map(async (driver): Promise<BackendProbe> => {
    const missing = driver.precheck(options);
    if (missing !== undefined) {
      const { message: reason, fix } = missing;
      return { name: driver.name, usable: false, version: "", device: "", reason, fix };
    }
    return { name: driver.name, ...(await probe(driver.name, options)) };
  });
  return Promise.all(probes);
}

/** Tries one backend in this process; `probeBackends` runs it in another one. */
export async function probeHere(name: BackendName, options: BackendOptions = {}): Promise<Omit<BackendProbe, "name">> {
  const driver = DRIVERS.find((candidate) => candidate.name === name)!;
  try {
    const info = await start(driver, options, true);
    return { usable: true, ...info, reason: "a matrix product and a recurrent step gave the right numbers", fix: "" };
  } catch (error) {
    const failure = asUnusable(error);
    const usable = failure instanceof NoDevice && process.env.LSTM_COMPILE_PROBE === "load";
    return { usable, version: "", device: "", reason: failure.message, fix: failure.fix };
  }
}

/** One line about the native backend for who trains without it. */
function suggestNative(rejected: readonly { name: BackendName; failure: Unusable }[], options: BackendOptions): void {
  const install = fixCommand("install cpu");
  if (!rejected.some(({ name, failure }) => name === "cpu" && failure.fix === install)) return;
  options.log?.(`native TensorFlow is not installed; ${install} brings it: ${NATIVE_COST}`);
}

async function start(
  driver: BackendDriver,
  options: BackendOptions,
  automatic: boolean,
): Promise<{ version: string; device: string }> {
  const missing = driver.precheck(options);
  if (missing !== undefined) throw missing;
  const info = await driver.activate(options, automatic);
  try {
    await selfTest();
  } catch (error) {
    throw new Unusable(`it computes wrongly: ${messageOf(error)}`, "choose another backend with --backend", error);
  }
  return info;
}

function reasonFor(request: BackendRequest, rejected: readonly { name: BackendName; failure: Unusable }[]): string {
  if (request !== "auto") return "as requested";
  if (rejected.length === 0) return "the fastest kind, and it works";
  return `the first that works: ${rejected.map(({ name, failure }) => `${name}: ${failure.message}`).join("; ")}`;
}

function asUnusable(error: unknown): Unusable {
  return error instanceof Unusable
    ? error
    : new Unusable(messageOf(error), "run with --verbose for the details", error);
}
