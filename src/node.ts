import { readFileSync } from "node:fs";
import { type CompileOptions, type CompileResult, compile as compileIn, type Host } from "./core/compile.ts";

export {
  analyze,
  COMPILER_VERSION,
  type CompileOptions,
  type CompileResult,
  type Diagnostic,
  type Host,
  type Plan,
  type Program,
} from "./core/compile.ts";

/** The support sources lie beside the compiler, whether this runs from src/ or dist/. */
const SUPPORT = new URL("../src/support/", import.meta.url);

/** Node, where support files are read from the compiler's own folder. */
export const NODE: Host = {
  supportFile: (path) => readFileSync(new URL(path, SUPPORT), "utf8").replaceAll("\r\n", "\n"),
};

/** The JSON Schema of specs as the text that people and editors read. */
export function schemaText(): string {
  return readFileSync(new URL("../schemas/model-spec.v1.schema.json", import.meta.url), "utf8");
}

/** The whole pipeline: spec text → generated program, or diagnostics. Throws only for a bug of the compiler. */
export function compile(specText: string | Uint8Array, options: CompileOptions = {}): CompileResult {
  return compileIn(specText, NODE, options);
}
