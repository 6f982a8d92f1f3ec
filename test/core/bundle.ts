import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { RUNTIME_ROOMS } from "../../src/core/host.ts";
import { NODE } from "../../src/node.ts";

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface Bundle {
  readonly text: string;
  /** Bytes of each source file in it, by its path from the clone's folder. */
  readonly sources: ReadonlyMap<string, number>;
}

/** The core as one script for browsers, which sets `compiler`. Fails where the core needs anything of Node. */
export async function bundleCore(): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [root("src/core/compile.ts")],
    bundle: true,
    minify: true,
    platform: "browser",
    format: "iife",
    globalName: "compiler",
    target: "es2022",
    write: false,
    metafile: true,
    absWorkingDir: root("."),
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const sources = Object.entries(output!.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return { text: outputFiles[0]!.text, sources: new Map(sources) };
}

/** The support files by path that programs copy, as dist/support.json has them. */
export function supportPack(): Record<string, string> {
  const paths = readdirSync(root("src/support"), { recursive: true, encoding: "utf8" });
  const files = paths.map((path) => path.replaceAll("\\", "/")).filter((path) => path.endsWith(".ts"));
  const copied = files.filter((path) => !RUNTIME_ROOMS.includes(path.split("/")[0]!));
  return Object.fromEntries(copied.sort().map((path) => [path, NODE.supportFile(path)]));
}

/** The package that programs run on as dist/runtime.json has it. */
export function runtimePack(): string {
  return readFileSync(root("dist/runtime.json"), "utf8");
}

/** A script that sets `inputs`: specs by file name, the support files and the package that programs run on. Plain JSON. */
export function inputsScript(specs: ReadonlyMap<string, string>): string {
  const inputs = { specs: Object.fromEntries(specs), support: supportPack(), runtime: JSON.parse(runtimePack()) };
  return `var inputs = ${JSON.stringify(inputs)};`;
}

/** The specs of specs/ by file name. */
export function exampleSpecs(): Map<string, string> {
  const names = readdirSync(root("specs")).filter((name) => name.endsWith(".yaml"));
  return new Map(names.map((name) => [name, readFileSync(root(`specs/${name}`), "utf8")]));
}

/** A script that compiles the inputs and sets `outputs`: JSON of the files of each program, or of what is wrong with its spec. */
export const COMPILE_SCRIPT = `
var host = {
  supportFile: function (path) { return inputs.support[path]; },
  runtime: function () { return inputs.runtime; },
};
var outputs = JSON.stringify(Object.entries(inputs.specs).map(function (spec) {
  var result = compiler.compile(spec[1], host, { specPath: spec[0] });
  return [spec[0], { files: [...(result.program?.files ?? [])], diagnostics: result.diagnostics }];
}));
`;
