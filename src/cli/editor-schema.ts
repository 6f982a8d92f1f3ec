import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { schema } from "../core/schema/schema-file.ts";
import { schemaText } from "../node.ts";
import { writeError } from "../support/system/files.ts";
import { UserError } from "../support/system/user-error.ts";
import { note } from "./console.ts";

const SCHEMA = fileURLToPath(new URL("../../schemas/model-spec.v1.schema.json", import.meta.url));
const NAME = "model-spec.v1.schema.json";

/** The first line of a spec, by which editors find the schema; and the schema's copy that it names, where one must be written. */
export interface EditorSchema {
  readonly comment: string;
  readonly copy?: { readonly path: string; readonly contents: string };
}

/**
 * The schema for a spec in `folder`, by a relative path, which holds on every machine that has the project: in this repository,
 * or where npm installed the package for the project, also hoisted to a folder above. Where it is not installed (npx, a global
 * install), a copy beside the spec: no path of one machine may be committed, and an editor without network needs a file.
 * @throws UserError where a file of the copy's name is something else
 */
export function editorSchema(folder: string): EditorSchema {
  const here = resolve(folder);
  const file = schemaOfProject(here);
  const path = relative(here, file ?? join(here, NAME))
    .split(sep)
    .join("/");
  const comment = `# yaml-language-server: $schema=${path.startsWith("..") ? path : `./${path}`}`;
  if (file !== undefined) return { comment };
  const copy = join(folder, NAME);
  const contents = schemaText();
  const present = existsSync(copy) ? readFileSync(copy, "utf8") : undefined;
  if (present === contents) return { comment };
  if (present !== undefined && !present.includes(`"$id": ${JSON.stringify(schema().$id)}`)) {
    throw new UserError(`${copy} exists already and is not the schema of specs: nothing was written`, {
      exitCode: 2,
      fix: "rename it, or work in another folder",
    });
  }
  return { comment, copy: { path: copy, contents } };
}

/** The schema that comes with the project; nothing outside of its repository is part of it. */
function schemaOfProject(here: string): string | undefined {
  const repository = dirname(dirname(SCHEMA));
  if (`${here}${sep}`.startsWith(`${repository}${sep}`)) return SCHEMA;
  for (let folder = here; ; folder = dirname(folder)) {
    const installed = join(folder, "node_modules", "lstm-compile", "schemas", NAME);
    if (existsSync(installed)) return installed;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}

/** Writes the copy, where the spec needs one. @throws UserError where it cannot be written */
export function writeCopy({ copy }: EditorSchema): void {
  if (copy === undefined) return;
  try {
    writeFileSync(copy.path, copy.contents);
  } catch (error) {
    throw writeError(copy.path, error);
  }
  note(`wrote ${copy.path}: the schema, by which editors complete and check specs; commit it with them`);
}
