/** What can be asked for, and what is then running. */
export type BackendName = "gpu" | "cpu" | "webgpu" | "wasm";
export type BackendRequest = "auto" | BackendName;

/** The order in which `auto` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ["gpu", "cpu", "webgpu", "wasm"];

export interface BackendOptions {
  /** lets the libraries' own messages through and prints why backends were rejected */
  verbose?: boolean | undefined;
  /** receives one line at a time, for people */
  log?(line: string): void;
  /** where native backends are installed; `cacheDirectory` in system/cache.ts gives the default */
  cacheDirectory?: string;
}

/** The backend that is now active in the engine. */
export interface SelectedBackend {
  name: BackendName;
  /** of the library that computes, e.g. "TensorFlow 2.21.0" */
  version: string;
  /** e.g. "2 threads, x64" or the name of the GPU */
  device: string;
  /** why this one: "as requested", or what `auto` found */
  reason: string;
}

export interface BackendProbe {
  name: BackendName;
  usable: boolean;
  /** empty where it is not known */
  version: string;
  device: string;
  /** why it is usable, or the exact thing that is missing */
  reason: string;
  /** the command that makes it usable; empty where nothing is to be done */
  fix: string;
}

/** Makes one backend the active one of the engine, or throws `Unusable`. */
export interface BackendDriver {
  name: BackendName;
  /** Returns the reason why the backend cannot be used if that is known without loading it. */
  precheck(options: BackendOptions): Unusable | undefined;
  /** `automatic`: nobody asked for it by name. */
  activate(options: BackendOptions, automatic: boolean): Promise<{ version: string; device: string }>;
}

/** Why a backend cannot be used on this machine, and the command that changes it. */
export class Unusable extends Error {
  readonly fix: string;

  constructor(reason: string, fix: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = "Unusable";
    this.fix = fix;
  }
}

/** The backend itself is in order; this machine has nothing that it could compute on. */
export class NoDevice extends Unusable {}

/** The first line of an error's message, without the stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error);
  return text.split("\n", 1)[0] ?? "";
}
