import { readFileSync } from "node:fs";
import {
  type CompileOptions,
  type CompileResult,
  compile as compileIn,
  type Host,
  type RuntimePackage,
} from "./core/compile.ts";

export {
  analyze,
  COMPILER_VERSION,
  type CompileOptions,
  type CompileResult,
  type Diagnostic,
  type GeneratedProgram,
  type Host,
  type Plan,
  type RuntimePackage,
} from "./core/compile.ts";

/** The support sources lie beside the compiler, whether this runs from src/ or dist/. */
const SUPPORT = new URL("../src/support/", import.meta.url);

/** What the build makes of them: `scripts/pack-support.js`. */
const BUILT = new URL("../dist/", import.meta.url);
let runtime: RuntimePackage | undefined;

/** Node, where support files are read from the compiler's own folder. */
export const NODE: Host = {
  supportFile: (path) => readFileSync(new URL(path, SUPPORT), "utf8").replaceAll("\r\n", "\n"),
  runtime() {
    if (runtime === undefined) {
      const { base64, ...facts } = JSON.parse(readFileSync(new URL("runtime.json", BUILT), "utf8"));
      runtime = { ...facts, bytes: Buffer.from(base64, "base64") };
    }
    return runtime!;
  },
};

/** All files that this compiler version can put beside a program, with their SHA-256, as `sha256sum` lists them. */
export function supportList(): string {
  return readFileSync(new URL("support.sha256", BUILT), "utf8");
}

/** The JSON Schema of specs as the text that people and editors read. */
export function schemaText(): string {
  return readFileSync(new URL("../schemas/model-spec.v1.schema.json", import.meta.url), "utf8");
}

/** The whole pipeline: spec text → generated program, or diagnostics. Throws only for a bug of the compiler. */
export function compile(specText: string | Uint8Array, options: CompileOptions = {}): CompileResult {
  return compileIn(specText, NODE, options);
}
