import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parse } from "yaml";
import { analyze } from "../core/compile.ts";
import { shortText } from "../core/formats/field.ts";
import type { DescribedModel } from "../core/formats/format.ts";
import { modelName } from "../core/formats/keras/spec-names.ts";
import { openModelFile } from "../program/model-files.ts";
import { makeFolder, writeError } from "../support/system/files.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { note, printDiagnostics } from "./console.ts";
import { editorSchema, writeCopy } from "./editor-schema.ts";

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
  const model = (await openModelFile(path)).model();
  const { name, why } = specName(path, model, options.output);
  const imported = model.spec({ name, ...(timesteps === undefined ? {} : { timesteps }) });
  const { text, notExpressed, warnings } = imported;
  const label = options.output ?? "spec.yaml";
  const { diagnostics, plan } = analyze(text, { specPath: label });
  printDiagnostics(diagnostics, new Map([[label, text]]), { format: "text" });
  for (const warning of warnings) note(`warning: ${warning}`);
  for (const what of plan === undefined ? [] : model.differences(plan)) {
    note(`warning: the program computes what Keras computes; ${what}`);
  }
  for (const what of notExpressed) note(`warning: not expressed: ${shortText(what, 400)}`);
  if (why !== undefined) note(`the spec is called ${name}: ${why}`);
  if (options.output === undefined) process.stdout.write(text);
  else {
    makeFolder(dirname(options.output));
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
  model: DescribedModel,
  output: string | undefined,
): { name: string; why: string | undefined } {
  const wanted = modelName(model.name ?? fileName(path));
  const taken = output === undefined ? new Set<string>() : namesBeside(dirname(resolve(output)));
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted.slice(0, 60)}-${k}`;
  if (name !== wanted) return { name, why: `a spec beside it is called ${wanted}` };
  return { name, why: model.name !== undefined ? undefined : "as its file, since the model has no name of its own" };
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
