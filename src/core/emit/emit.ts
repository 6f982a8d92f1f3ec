import type { Plan } from "../plan/types.ts";
import { type Derivative, type EmitContext, TRAINING } from "./context.ts";
import { emitData } from "./data.ts";
import { emitManifest } from "./manifest.ts";
import { emitModel } from "./model.ts";
import { emitPackageJson, emitReadme, emitTsconfig, NPMRC } from "./package-files.ts";
import { emitPredict } from "./predict/predict.ts";
import { emitProgram } from "./program.ts";
import { runtimePackage } from "./runtime.ts";
import { fromRuntime, supportFiles } from "./support.ts";
import { emitTopology } from "./topology.ts";
import { emitTrain } from "./train.ts";

/** A generated program as data, by posix path. */
export interface Emitted {
  readonly files: Map<string, string>;
  /** npm packages that come along. */
  readonly packages: Map<string, Uint8Array>;
}

/** Pure but for reading the compiler's own support sources and run-time. */
export function emit(plan: Plan, specPath: string, derivative: Derivative = TRAINING): Emitted {
  const context: EmitContext = { plan, specPath, derivative };
  const runtime = runtimePackage();
  const predict = emitPredict(context);
  const generated = new Map<string, string>([
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
  ]);
  const own = new Map([...generated].map(([path, text]) => [path, fromRuntime(path, text)]));
  const files = new Map([...own, ...supportFiles(own)]);
  files.set("README.md", emitReadme(context, files, runtime));
  files.set("manifest.json", emitManifest(context, files, runtime));
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    packages: new Map([[runtime.file, runtime.bytes]]),
  };
}
