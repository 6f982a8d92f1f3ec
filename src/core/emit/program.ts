import { definitionHashes, definitionOf } from "../../support/run/definition.ts";
import type { ProgramRecord } from "../../support/run/program.ts";
import type { Plan } from "../plan/types.ts";
import { sha256 } from "../sha256.ts";
import { COMPILER_VERSION } from "../version.ts";
import type { EmitContext } from "./context.ts";
import { header, literal } from "./text.ts";
import { printFile } from "./write.ts";

const COMPILER = `lstm-compile ${COMPILER_VERSION}`;

/** What a run records of the program that a plan compiles to, in `folder`. */
export function planRecord(plan: Plan, spec: string, folder: string): ProgramRecord {
  const resolved = definitionOf(plan);
  const { name, specSha256 } = plan;
  return {
    name,
    spec,
    specSha256,
    compiler: COMPILER,
    definition: definitionHashes(resolved, sha256),
    folder,
    resolved,
  };
}

/** program.ts: what this program is. */
export function emitProgram(context: EmitContext): string {
  const { name, spec, specSha256, compiler, definition } = planRecord(context.plan, context.specPath, ".");
  return printFile([
    header(context),
    [
      'import type { ProgramIdentity } from "./support/run/program.ts";',
      "",
      "/** What this program is: runs record it, and a run of another program is refused. */",
      "export const PROGRAM: ProgramIdentity = {",
      `  name: ${literal(name)},`,
      `  spec: ${literal(spec)},`,
      `  specSha256: ${literal(specSha256)},`,
      `  compiler: ${literal(compiler)},`,
      "  // SHA-256 of what the spec says, resolved, of each of these; manifest.json has the values",
      "  definition: {",
      `    data: ${literal(definition.data)},`,
      `    model: ${literal(definition.model)},`,
      `    training: ${literal(definition.training)},`,
      "  },",
      '  folder: new URL(".", import.meta.url).href,',
      "};",
      "",
    ].join("\n"),
  ]);
}
