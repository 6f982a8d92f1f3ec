import { dirname, join } from "node:path";
import type { GeneratedProgram } from "../core/compile.ts";
import { COMPILER_VERSION } from "../core/version.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { type CauseKind, checkProgram, type FileDifference } from "./check.ts";
import { readManifest } from "./manifest.ts";
import { type FoundProgram, type Owner, recordedSpec, shownPath } from "./programs.ts";

/** What `check` reports: one verdict, where it is seen, and what puts it right. */
export interface Cause {
  readonly kind: CauseKind | "spec renamed" | "spec deleted" | "spec unknown" | "folder renamed";
  /** Where it is seen: the spec, also one that is gone, or the program's manifest where the spec is not known. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
  /** The specs concerned: several where one compiler version wrote the programs of all of them. */
  readonly specs: readonly string[];
  /** Their generated folders. */
  readonly programs: readonly string[];
  readonly files: readonly FileDifference[];
}

/** A spec as it compiles today. */
export interface Fresh {
  readonly spec: string;
  readonly outDir: string;
  readonly headerPath: string;
  readonly program: GeneratedProgram;
  readonly line: number;
  readonly column: number;
}

/** Why the program of one spec is not what the spec compiles to. */
export function causesOf(fresh: Fresh): Cause[] {
  const { spec, outDir, headerPath, program, line, column } = fresh;
  const folder = join(outDir, program.name);
  return checkProgram(folder, program, headerPath).map(({ kind, files }) => ({
    kind,
    file: spec,
    line,
    column,
    ...verdict(kind, fresh, folder, files),
    specs: [spec],
    programs: [folder],
    files,
  }));
}

function verdict(
  kind: CauseKind,
  { spec, outDir }: Fresh,
  folder: string,
  files: readonly FileDifference[],
): { message: string; fix: string } {
  const compile = commandToCompile([spec], outDir);
  const paths = listed(files.map(({ path }) => path));
  const manifest = readManifest(folder);
  switch (kind) {
    case "never compiled":
      return { message: `this spec has no program: ${folder} is not there`, fix: compile };
    case "spec changed":
      return {
        message: `${folder} was compiled from another version of this spec${movedFrom(folder, spec)}`,
        fix: compile,
      };
    case "spec moved":
      return {
        message: `${folder} was compiled from this spec in another place${movedFrom(folder, spec)}`,
        fix: compile,
      };
    case "compiler version changed":
      return {
        message: `${folder} was written by lstm-compile ${manifest?.compiler.version}, this is ${COMPILER_VERSION}; nothing else differs`,
        fix: `${compile}, or check with --allow-version-drift`,
      };
    case "compiler output changed":
      return {
        message: `lstm-compile ${COMPILER_VERSION} writes other code for this spec than stands in ${folder}, by ${manifest?.compiler.version}`,
        fix: compile,
      };
    case "edited by hand":
      return {
        message: `not as generated: ${paths}`,
        fix: `bring the change into the spec, then ${compile} (it overwrites the edit)`,
      };
    case "missing":
      return { message: `the manifest lists files that are not there: ${paths}`, fix: compile };
    case "manifest missing":
      return {
        message: `${folder}/manifest.json is missing or damaged, so nothing tells what wrote this folder`,
        fix: `restore it from version control, or move the folder away; then ${compile}`,
      };
    case "foreign files":
      return {
        message: `not written by lstm-compile, which refuses to compile into ${folder} beside them: ${paths}`,
        fix: `move them out of ${folder}`,
      };
  }
}

/** ", which was in specs/a.yaml" where a program's manifest names another place than the spec has. */
function movedFrom(folder: string, spec: string): string {
  const manifest = readManifest(folder);
  if (manifest === undefined) return "";
  const recorded = recordedSpec({ folder, manifest });
  const from = recorded === undefined ? manifest.spec.path : shownPath(recorded);
  return from === undefined || from === shownPath(spec) ? "" : `, which was ${from}`;
}

/** What is wrong with a program that no spec compiles to as it lies there; undefined where its spec is in place or found elsewhere. */
export function orphanCause(program: FoundProgram, owner: Owner): Cause | undefined {
  const { folder } = program;
  const prune = compilerCommand("prune", ...outDirOption(dirname(folder)));
  const at = (kind: Cause["kind"], message: string, fix: string, spec?: string): Cause => ({
    kind,
    file: spec ?? `${folder}/manifest.json`,
    line: 1,
    column: 1,
    message,
    fix,
    specs: spec === undefined ? [] : [spec],
    programs: [folder],
    files: [],
  });
  switch (owner.kind) {
    case "gone":
      return at(
        "spec deleted",
        `${folder} was compiled from this spec, which is gone, and no spec in the project is named \`${program.name}\``,
        `${prune}, or restore the spec`,
        owner.spec,
      );
    case "renamed":
      return at(
        "spec renamed",
        `${folder} was compiled from this spec when it was named \`${program.name}\`; it is named \`${owner.to}\` now`,
        `${commandToCompile([owner.spec], dirname(folder))} && ${prune}`,
        owner.spec,
      );
    case "unknown":
      return at(
        "spec unknown",
        `${folder} was compiled from ${owner.file}, a spec outside of this project, so it cannot be compared`,
        `name the spec: ${compilerCommand("check", `path/to/${owner.file}`, ...outDirOption(dirname(folder)))}`,
      );
    default:
      return undefined;
  }
}

/** A folder whose name somebody changed: compiling its spec would write another one. */
export function renamedFolder({ folder, name }: FoundProgram, spec: string): Cause {
  const right = join(dirname(folder), name);
  return {
    kind: "folder renamed",
    file: `${folder}/manifest.json`,
    line: 1,
    column: 1,
    message: `${folder} holds the program \`${name}\` of ${spec}, which belongs into ${right}`,
    fix: `name the folder ${right}, or move it out of ${dirname(folder)}`,
    specs: [spec],
    programs: [folder],
    files: [],
  };
}

/** Another compiler is one cause, however many programs it wrote: their causes of these kinds become one each. */
export function mergeCompilerCauses(causes: readonly Cause[]): Cause[] {
  const merged: Cause[] = [];
  for (const cause of causes) {
    const isCompiler = cause.kind === "compiler version changed" || cause.kind === "compiler output changed";
    const first = isCompiler ? merged.findIndex(({ kind }) => kind === cause.kind) : -1;
    if (first === -1) merged.push(cause);
    else merged[first] = joined(merged[first]!, cause);
  }
  return merged;
}

function joined(first: Cause, next: Cause): Cause {
  const specs = [...first.specs, ...next.specs];
  const programs = [...first.programs, ...next.programs];
  const outDirs = [...new Set(programs.map((folder) => dirname(folder)))];
  const compile = outDirs
    .map((outDir) =>
      commandToCompile(
        specs.filter((_, index) => dirname(programs[index]!) === outDir),
        outDir,
      ),
    )
    .join(" && ");
  const isDrift = first.kind === "compiler version changed";
  const message = isDrift
    ? `${programs.length} programs were written by another lstm-compile than this ${COMPILER_VERSION}; nothing else differs: ${listed(programs)}`
    : `lstm-compile ${COMPILER_VERSION} writes other code for the specs of ${programs.length} programs: ${listed(programs)}`;
  return {
    ...first,
    message,
    fix: isDrift ? `${compile}, or check with --allow-version-drift` : compile,
    specs,
    programs,
    files: [...first.files, ...next.files],
  };
}

/** The command that compiles specs, as a shell takes it. */
export function commandToCompile(specs: readonly string[], outDir: string): string {
  return compilerCommand(...specs.map(pathWord), ...outDirOption(outDir));
}

function outDirOption(outDir: string): string[] {
  return shownPath(outDir) === "generated" ? [] : ["-o", pathWord(outDir)];
}

/** A path that cannot be taken for an option. */
function pathWord(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

const MAX_LISTED = 5;

function listed(paths: readonly string[]): string {
  const more = paths.length - MAX_LISTED;
  return `${paths.slice(0, MAX_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
