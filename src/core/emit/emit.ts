import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Plan } from "../plan/types.ts";
import { COMPILER_VERSION } from "../version.ts";
import { type Derivative, type EmitContext, TRAINING } from "./context.ts";
import { emitData } from "./data.ts";
import { emitModel } from "./model.ts";
import { emitPackageJson, emitReadme, emitTsconfig, json, NPMRC, packagesOf } from "./package-files.ts";
import { emitPredict } from "./predict/predict.ts";
import { emitProgram } from "./program.ts";
import { emitTopology } from "./topology.ts";
import { emitTrain } from "./train.ts";

/** The support sources lie beside the compiler: src/support, whether this runs from src/ or dist/. */
const SUPPORT = new URL("../../../src/support/", import.meta.url);

/** A generated program as data: posix path → text. Pure but for reading the compiler's own support sources. */
export function emit(plan: Plan, specPath: string, derivative: Derivative = TRAINING): Map<string, string> {
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
  addSupport(files);
  files.set("manifest.json", emitManifest(context, files));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const supportTexts = new Map<string, string>();

function supportText(path: string): string {
  let text = supportTexts.get(path);
  if (text === undefined) {
    text = readFileSync(new URL(path, SUPPORT), "utf8").replaceAll("\r\n", "\n");
    supportTexts.set(path, text);
  }
  return text;
}

/** Copies the support files that the program imports, and those that they import. */
function addSupport(files: Map<string, string>): void {
  const pending = [...files].flatMap(([path, text]) => (path.endsWith(".ts") ? importedFiles(path, text) : []));
  // The scripts of package.json start this one.
  pending.push("support/backends/cli.ts");
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (files.has(path)) continue;
    const text = supportText(path.slice("support/".length));
    files.set(path, text);
    pending.push(...importedFiles(path, text));
  }
}

function importedFiles(path: string, text: string): string[] {
  const imports = text.matchAll(/(?:from|import\(|new URL\()\s*"(\.\.?\/[^"]+\.ts)"/g);
  return [...imports]
    .map(([, target]) => posix.join(posix.dirname(path), target!))
    .filter((target) => target.startsWith("support/"));
}

/** manifest.json: what this program was made from, every resolved value, and the SHA-256 of every other file. */
function emitManifest({ plan, specPath }: EmitContext, files: ReadonlyMap<string, string>): string {
  const packages = packagesOf(plan);
  return json({
    format: "lstm-compile-program",
    name: plan.name,
    compiler: { name: "lstm-compile", version: COMPILER_VERSION },
    schemaVersion: plan.specVersion,
    spec: { path: specPath, sha256: plan.specSha256 },
    packages: { ...packages.dependencies, ...packages.devDependencies, ...packages.optionalDependencies },
    resolved: {
      dataset: plan.dataset,
      layers: plan.layers,
      optimizer: plan.optimizer,
      training: plan.training,
      cost: plan.cost,
    },
    files: Object.fromEntries(
      [...files]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, text]) => [path, createHash("sha256").update(text).digest("hex")]),
    ),
  });
}
