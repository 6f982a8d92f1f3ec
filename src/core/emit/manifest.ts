import { RUNTIME } from "../../support/system/runtime-name.ts";
import type { RuntimePackage } from "../host.ts";
import { COMPILER_VERSION } from "../version.ts";
import type { EmitContext } from "./context.ts";
import { json, packagesOf } from "./package-files.ts";
import { ROLES, roleOf } from "./roles.ts";

/** manifest.json: what this program was made from, every resolved value, and role and SHA-256 of every other file. */
export function emitManifest(
  { plan, specPath }: EmitContext,
  hashes: ReadonlyMap<string, string>,
  runtime: RuntimePackage,
): string {
  const packages = packagesOf(plan);
  const paths = [...hashes.keys()].sort();
  return json({
    format: "lstm-compile-program",
    name: plan.name,
    compiler: { name: "lstm-compile", version: COMPILER_VERSION },
    schemaVersion: plan.specVersion,
    spec: { path: specPath, sha256: plan.specSha256 },
    packages: { ...packages.dependencies, ...packages.devDependencies, ...packages.optionalDependencies },
    runtime: { name: RUNTIME, version: runtime.version, file: runtime.file, contents: runtime.contents },
    support: { sha256: runtime.support },
    resolved: {
      dataset: plan.dataset,
      layers: plan.layers,
      optimizer: plan.optimizer,
      training: plan.training,
      cost: plan.cost,
    },
    roles: Object.fromEntries(ROLES.map((role) => [role, paths.filter((path) => roleOf(path) === role)])),
    files: Object.fromEntries(paths.map((path) => [path, hashes.get(path)])),
  });
}
