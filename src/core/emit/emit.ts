import type { Host } from "../host.ts";
import type { Plan } from "../plan/types.ts";
import { sha256 } from "../sha256.ts";
import { COMPILER_VERSION } from "../version.ts";
import { type Derivative, type EmitContext, TRAINING } from "./context.ts";
import { emitData } from "./data.ts";
import { emitModel } from "./model.ts";
import { emitPackageJson, emitReadme, emitTsconfig, json, NPMRC, PACKAGES } from "./package-files.ts";
import { folderOf, joinPath } from "./paths.ts";
import { emitPredict } from "./predict/predict.ts";
import { emitProgram } from "./program.ts";
import { emitTopology } from "./topology.ts";
import { emitTrain } from "./train.ts";

/** A generated program as data: posix path → text. */
export function emit(plan: Plan, specPath: string, host: Host, derivative: Derivative = TRAINING): Map<string, string> {
  const context: EmitContext = { plan, specPath, derivative };
  const predict = emitPredict(context);
  const files = new Map<string, string>([
    [".npmrc", NPMRC],
    ["README.md", emitReadme(context)],
    ["data.ts", emitData(context)],
    ["model.ts", emitModel(context)],
    ["package.json", emitPackageJson(context)],
    ["predict.ts", predict.command],
    ["predictor.ts", predict.predictor],
    ["program.ts", emitProgram(context)],
    ["topology.ts", emitTopology(context)],
    ["train.ts", emitTrain(context)],
    ["tsconfig.json", emitTsconfig()],
  ]);
  const hashes = new Map([...files].map(([path, text]) => [path, sha256(text)]));
  for (const [path, support] of supportOf(files, host)) {
    files.set(path, support.text);
    hashes.set(path, support.sha256);
  }
  files.set("manifest.json", emitManifest(context, hashes));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface SupportFile {
  readonly text: string;
  readonly sha256: string;
  /** Paths of the support files that it imports. */
  readonly imports: readonly string[];
}

/** Read once for all programs. */
const knownSupport = new WeakMap<Host, Map<string, SupportFile>>();

function supportFile(path: string, host: Host): SupportFile {
  const known = knownSupport.get(host) ?? new Map<string, SupportFile>();
  knownSupport.set(host, known);
  let file = known.get(path);
  if (file === undefined) {
    const text = host.supportFile(path.slice("support/".length));
    file = { text, sha256: sha256(text), imports: importedFiles(path, text) };
    known.set(path, file);
  }
  return file;
}

/** The support files that the program imports, and those that they import. */
function supportOf(program: ReadonlyMap<string, string>, host: Host): Map<string, SupportFile> {
  const support = new Map<string, SupportFile>();
  const pending = [...program].flatMap(([path, text]) => (path.endsWith(".ts") ? importedFiles(path, text) : []));
  // The scripts of package.json start this one.
  pending.push("support/backends/cli.ts");
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (support.has(path)) continue;
    const file = supportFile(path, host);
    support.set(path, file);
    pending.push(...file.imports);
  }
  return support;
}

function importedFiles(path: string, text: string): string[] {
  const imports = text.matchAll(/(?:from|import\(|new URL\()\s*"(\.\.?\/[^"]+\.ts)"/g);
  return [...imports]
    .map(([, target]) => joinPath(folderOf(path), target!))
    .filter((target) => target.startsWith("support/"));
}

/** manifest.json: what this program was made from, every resolved value, and the SHA-256 of every other file. */
function emitManifest({ plan, specPath }: EmitContext, hashes: ReadonlyMap<string, string>): string {
  return json({
    format: "lstm-compile-program",
    name: plan.name,
    compiler: { name: "lstm-compile", version: COMPILER_VERSION },
    schemaVersion: plan.specVersion,
    spec: { path: specPath, sha256: plan.specSha256 },
    packages: { ...PACKAGES.dependencies, ...PACKAGES.devDependencies, ...PACKAGES.optionalDependencies },
    resolved: {
      dataset: plan.dataset,
      layers: plan.layers,
      optimizer: plan.optimizer,
      training: plan.training,
      cost: plan.cost,
    },
    files: Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1))),
  });
}
