import { createHash } from "node:crypto";
import { RUNTIME } from "../../support/system/runtime-name.ts";
import { COMPILER_VERSION } from "../version.ts";
import type { EmitContext } from "./context.ts";
import { json, PACKAGES } from "./package-files.ts";
import { ROLES, roleOf } from "./roles.ts";
import type { RuntimePackage } from "./runtime.ts";

/** manifest.json: what this program was made from, every resolved value, and role and SHA-256 of every other file. */
export function emitManifest(
  { plan, specPath }: EmitContext,
  texts: ReadonlyMap<string, string>,
  runtime: RuntimePackage,
): string {
  const hashes = [
    ...[...texts].map(([path, text]) => [path, createHash("sha256").update(text).digest("hex")] as const),
    [runtime.file, runtime.sha256] as const,
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  return json({
    format: "lstm-compile-program",
    name: plan.name,
    compiler: { name: "lstm-compile", version: COMPILER_VERSION },
    schemaVersion: plan.specVersion,
    spec: { path: specPath, sha256: plan.specSha256 },
    packages: { ...PACKAGES.dependencies, ...PACKAGES.devDependencies, ...PACKAGES.optionalDependencies },
    runtime: { name: RUNTIME, version: runtime.version, file: runtime.file, contents: runtime.contents },
    support: { sha256: runtime.support },
    resolved: {
      dataset: plan.dataset,
      layers: plan.layers,
      optimizer: plan.optimizer,
      training: plan.training,
      cost: plan.cost,
    },
    roles: Object.fromEntries(
      ROLES.map((role) => [role, hashes.map(([path]) => path).filter((path) => roleOf(path) === role)]),
    ),
    files: Object.fromEntries(hashes),
  });
}
