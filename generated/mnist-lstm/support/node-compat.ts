import { createRequire } from "node:module";

/**
 * Node 23 removed `util.isNullOrUndefined` and `util.isArray`, which the native TensorFlow.js package 4.22 still calls. Puts them
 * back; does nothing where they exist. Call it before that package is loaded.
 */
export function restoreRemovedUtilFunctions(): void {
  // The CommonJS object, since the namespace of an ES module cannot be extended.
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
