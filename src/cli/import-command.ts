import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { analyze } from "../compile.ts";
import { importSpec } from "../keras/import-spec.ts";
import { readModelFile } from "../keras/model-file.ts";
import { writeError } from "../support/files.ts";
import { UserError } from "../support/user-error.ts";
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
  const { text, notExpressed } = importSpec(file, timesteps === undefined ? {} : { timesteps });
  const label = options.output ?? "spec.yaml";
  const { diagnostics, plan } = analyze(text, { specPath: label });
  printDiagnostics(diagnostics, new Map([[label, text]]), { format: "text" });
  if (plan === undefined) {
    throw new UserError(`${path}: the model cannot be trained as a spec; nothing was written`, {
      exitCode: 2,
      fix: "the errors above say what no spec can hold",
    });
  }
  for (const what of notExpressed) note(`warning: not expressed: ${what}`);
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
    note("next: name your data in `dataset`, or import the weights: npx lstm-compile weights import --help");
  }
  return 0;
}
