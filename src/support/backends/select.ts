import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../user-error.ts";
import { selfTest } from "./self-test.ts";
import {
  BACKEND_NAMES,
  type BackendDriver,
  type BackendName,
  type BackendOptions,
  type BackendRequest,
  messageOf,
  type SelectedBackend,
  Unusable,
} from "./types.ts";
import { wasmDriver } from "./wasm.ts";

export type { BackendName, BackendOptions, BackendProbe, BackendRequest, SelectedBackend } from "./types.ts";

const DRIVERS: readonly BackendDriver[] = [wasmDriver];

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
