import { createRequire } from "node:module";

/**
 * The native TensorFlow.js package 4.22 calls `util.isNullOrUndefined` and `util.isArray`. Node 23 removed the first; Node 22 and 24
 * print a deprecation warning for the second. Puts plain functions in their place. Call it before that package is loaded.
 */
export function restoreRemovedUtilFunctions(): void {
  // The CommonJS object, since the namespace of an ES module cannot be extended.
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
  util.isArray = Array.isArray;
}
