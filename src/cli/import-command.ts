import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parse } from "yaml";
import { analyze } from "../core/compile.ts";
import { layersModelWarnings } from "../core/emit/layers-model-warnings.ts";
import { cut } from "../core/formats/keras/field.ts";
import { importSpec } from "../core/formats/keras/import-spec.ts";
import { type ModelFile, readModelFile } from "../core/formats/keras/model-file.ts";
import { isDefaultName, modelName } from "../core/formats/keras/spec-names.ts";
import { writeError } from "../support/system/files.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { editorSchema, writeCopy } from "./editor-schema.ts";
import { note, printDiagnostics } from "./report.ts";

/** Writes the spec of a saved model, to a file or stdout. */
export async function importCommand(path: string, options: { output?: string; timesteps?: string }): Promise<number> {
  const timesteps = options.timesteps === undefined ? undefined : Number(options.timesteps);
  if (timesteps !== undefined && !(Number.isSafeInteger(timesteps) && timesteps > 0)) {
    throw new UserError(`--timesteps ${options.timesteps} is no positive whole number`, {
      exitCode: 2,
      fix: "give a number such as --timesteps 28",
    });
  }
  if (options.output !== undefined && existsSync(options.output)) {
    throw new UserError(`${options.output} exists already: nothing was written`, {
      exitCode: 2,
      fix: "choose another name with -o",
    });
  }
  const file = await readModelFile(path);
  const { name, why } = specName(path, file, options.output);
  const imported = importSpec(file, { name, ...(timesteps === undefined ? {} : { timesteps }) });
  const { text, notExpressed, warnings } = imported;
  const label = options.output ?? "spec.yaml";
  const { diagnostics, plan } = analyze(text, { specPath: label });
  printDiagnostics(diagnostics, new Map([[label, text]]), { format: "text" });
  for (const warning of warnings) note(`warning: ${warning}`);
  if (file.format === "tfjs" && plan !== undefined) {
    for (const what of layersModelWarnings(plan).filter((text) => text.includes(": loaded in TensorFlow.js"))) {
      note(`warning: the program computes what Keras computes; ${what}`);
    }
  }
  for (const what of notExpressed) note(`warning: not expressed: ${cut(what, 400)}`);
  if (why !== undefined) note(`the spec is called ${name}: ${why}`);
  if (options.output === undefined) process.stdout.write(text);
  else {
    const schema = editorSchema(dirname(options.output));
    try {
      writeFileSync(options.output, `${schema.comment}\n${text}`, { flag: "wx" });
    } catch (error) {
      throw writeError(options.output, error);
    }
    note(`wrote ${options.output}`);
    writeCopy(schema);
    const command = compilerCommand("weights", "import", options.output, path);
    note(`next: ${command}, and name your data in \`dataset\``);
  }
  return 0;
}

/**
 * A name of the spec that no other spec beside it has: programs and runs have folders of that name. Names that Keras gives to every
 * model, such as sequential, become the file's.
 */
function specName(
  path: string,
  file: ModelFile,
  output: string | undefined,
): { name: string; why: string | undefined } {
  const own = file.topology.config as { name?: unknown };
  const isOwn = typeof own.name === "string" && !isDefaultName(own.name);
  const wanted = isOwn ? modelName(own.name as string) : modelName(fileName(path));
  const taken = output === undefined ? new Set<string>() : namesBeside(dirname(resolve(output)));
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted.slice(0, 60)}-${k}`;
  if (name !== wanted) return { name, why: `a spec beside it is called ${wanted}` };
  return { name, why: isOwn ? undefined : "as its file, since the model has no name of its own" };
}

/** Every LayersModel is called model.json: there the folder says more. */
function fileName(path: string): string {
  const name = basename(path, extname(path));
  return /^model$/i.test(name) && extname(path) === ".json" ? basename(dirname(resolve(path))) : name;
}

const LARGEST_SPEC = 1024 * 1024;

function namesBeside(folder: string): Set<string> {
  const names = new Set<string>();
  if (!existsSync(folder)) return names;
  for (const entry of readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name))) {
    const path = join(folder, entry);
    try {
      const stats = statSync(path);
      if (!stats.isFile() || stats.size > LARGEST_SPEC) continue;
      const { name } = parse(readFileSync(path, "utf8"), { logLevel: "silent" }) as { name?: unknown };
      if (typeof name === "string") names.add(name);
    } catch {
      // What cannot be read as a spec has no name that could be the same.
    }
  }
  return names;
}
