import { listBackends } from "../src/support/backends/install.ts";

export const isInstalled = (backend: string): boolean =>
  listBackends().some(({ name, installed }) => name === backend && installed);

export const cpuInstalled = isInstalled("cpu");

/** Ends the name of a test that is left out where native TensorFlow is not installed. */
export const NO_CPU = cpuInstalled ? "" : " (skipped: cpu is not installed)";

/** The backends that tests of kernels run on, each with why it is left out. */
export const BACKENDS: readonly (readonly [name: "wasm" | "cpu", skipped: string])[] = [
  ["wasm", ""],
  ["cpu", NO_CPU],
];
