import Module, { createRequire } from "node:module";
import { sep } from "node:path";

type Resolve = (
  this: unknown,
  request: string,
  parent: { filename?: string } | undefined,
  ...rest: unknown[]
) => string;

/**
 * Lets the packages in `directory` use the program's own copy of @tensorflow/tfjs-core, also where they ask for all of
 * @tensorflow/tfjs: there is one engine then, and the layers API, the converter and WebGL are not loaded.
 *
 * @returns a `require` that starts in `directory`
 */
export function requireFrom(directory: string): NodeJS.Require {
  const core = createRequire(import.meta.url).resolve("@tensorflow/tfjs-core");
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  const inside = directory.endsWith(sep) ? directory : directory + sep;
  loader._resolveFilename = function (request, parent, ...rest) {
    const redirected = request === "@tensorflow/tfjs" || request === "@tensorflow/tfjs-core";
    if (redirected && parent?.filename?.startsWith(inside)) return core;
    return original.call(this, request, parent, ...rest);
  };
  return createRequire(inside);
}
