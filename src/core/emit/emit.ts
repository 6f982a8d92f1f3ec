import type { Host } from "../host.ts";
import type { Plan } from "../plan/types.ts";
import { sha256 } from "../sha256.ts";
import { type Derivative, type EmitContext, TRAINING } from "./context.ts";
import { emitData } from "./data.ts";
import { emitManifest } from "./manifest.ts";
import { emitModel } from "./model.ts";
import { emitPackageJson, emitReadme, emitTsconfig, NPMRC } from "./package-files.ts";
import { emitPredict } from "./predict/predict.ts";
import { emitProgram } from "./program.ts";
import { fromRuntime, supportOf } from "./support.ts";
import { emitTopology } from "./topology.ts";
import { emitTrain } from "./train.ts";

/** A generated program as data, by posix path. */
export interface Emitted {
  readonly files: Map<string, string>;
  /** npm packages that come along. */
  readonly packages: Map<string, Uint8Array>;
}

export function emit(plan: Plan, specPath: string, host: Host, derivative: Derivative = TRAINING): Emitted {
  const context: EmitContext = { plan, specPath, derivative };
  const runtime = host.runtime();
  const predict = emitPredict(context);
  const generated: [path: string, text: string][] = [
    [".npmrc", NPMRC],
    ["data.ts", emitData(context)],
    ["model.ts", emitModel(context)],
    ["package.json", emitPackageJson(context, runtime)],
    ["predict.ts", predict.command],
    ["predictor.ts", predict.predictor],
    ["program.ts", emitProgram(context)],
    ["topology.ts", emitTopology(context)],
    ["train.ts", emitTrain(context)],
    ["tsconfig.json", emitTsconfig()],
  ];
  const files = new Map(generated.map(([path, text]) => [path, fromRuntime(path, text)]));
  const support = supportOf(files, host);
  files.set("README.md", emitReadme(context, new Map([...files, ...textsOf(support)]), runtime));
  const hashes = new Map([...files].map(([path, text]) => [path, sha256(text)]));
  hashes.set(runtime.file, runtime.sha256);
  for (const [path, file] of support) {
    files.set(path, file.text);
    hashes.set(path, file.sha256);
  }
  files.set("manifest.json", emitManifest(context, hashes, runtime));
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    packages: new Map([[runtime.file, runtime.bytes]]),
  };
}

function textsOf(support: ReadonlyMap<string, { readonly text: string }>): [path: string, text: string][] {
  return [...support].map(([path, { text }]) => [path, text]);
}
