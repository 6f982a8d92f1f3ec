import { basename, dirname } from "node:path";
import { type Cause, causesOf, mergeCompilerCauses, orphanCause, renamedFolder } from "../program/causes.ts";
import {
  distinct,
  type FoundProgram,
  findOwners,
  findPrograms,
  isRecordedSpec,
  isSameFile,
  type Owner,
} from "../program/programs.ts";
import { UserError } from "../support/system/user-error.ts";
import { type Compiled, type CompileFlags, compileSpecs } from "./compile-command.ts";
import { note } from "./console.ts";
import { printCauses } from "./print-causes.ts";
import { expandSpecs, projectSpecs } from "./specs.ts";

export interface CheckOptions extends CompileFlags {
  /** Accept files that differ only in the compiler version that they state. */
  readonly allowVersionDrift?: boolean;
}

/** Prints how generated programs differ from what their specs compile to, on stdout. 0 where they do not. */
export function checkCommand(args: readonly string[], options: CheckOptions): number {
  const { paths, isSet } = args.length === 0 ? { paths: projectSpecs(), isSet: true } : expandSpecs(args, options);
  const programs = findPrograms(options.outDir);
  // A few specs by name say nothing of the programs of others.
  const asked = isSet ? programs : programs.filter((program) => paths.some((path) => isRecordedSpec(program, path)));
  const owners = findOwners(asked, paths);
  const specs = args.length === 0 ? distinct([...paths, ...[...owners.values()].flatMap(specsOf)]) : paths;
  if (specs.length === 0 && programs.length === 0) {
    throw new UserError(`there is no spec in specs/ and no program in ${options.outDir}/`, {
      exitCode: 2,
      fix: "name the specs, or run in the project's folder",
    });
  }
  const { compiled, exitCode } = compileSpecs(
    specs,
    // With other formats stdout is one document, of causes; a spec's errors are for people then.
    { ...options, format: options.format === "github" ? "github" : "text", quiet: true },
    (spec) => outDirsOf(spec, programs, owners, options.outDir),
  );
  const causes: Cause[] = [];
  for (const fresh of compiled) {
    const found = causesOf(fresh);
    const left = found.filter(
      ({ kind }) => !(options.allowVersionDrift === true && kind === "compiler version changed"),
    );
    causes.push(...left);
    if (left.length > 0) continue;
    note(`${fresh.spec}: ${found.length === 0 ? "current" : "current, apart from the compiler version"}`, options);
  }
  for (const [program, owner] of owners) causes.push(...programCauses(program, owner, compiled));
  const merged = mergeCompilerCauses(withoutRenamed(causes));
  printCauses(merged, options.format);
  return Math.max(exitCode, merged.length > 0 ? 1 : 0);
}

function specsOf(owner: Owner): readonly string[] {
  if (owner.kind === "moved") return owner.specs;
  return owner.kind === "in place" || owner.kind === "renamed" ? [owner.spec] : [];
}

/** The folders in which programs of a spec lie, by their manifests; the usual one where there is none. */
function outDirsOf(
  spec: string,
  programs: readonly FoundProgram[],
  owners: ReadonlyMap<FoundProgram, Owner>,
  usual: string,
): string[] {
  const own = programs.filter((program) => {
    const owner = owners.get(program);
    return (
      basename(program.folder) === program.name &&
      owner !== undefined &&
      owner.kind !== "renamed" &&
      specsOf(owner).some((path) => isSameFile(path, spec))
    );
  });
  return own.length === 0 ? [usual] : [...new Set(own.map(({ folder }) => dirname(folder)))];
}

/** What is wrong with a program as a whole. */
function programCauses(program: FoundProgram, owner: Owner, compiled: readonly Compiled[]): Cause[] {
  const orphan = orphanCause(program, owner);
  if (orphan !== undefined) {
    const spec = compiled.find((fresh) => orphan.specs.some((path) => isSameFile(path, fresh.spec)));
    return [spec === undefined ? orphan : { ...orphan, line: spec.line, column: spec.column }];
  }
  if (basename(program.folder) === program.name) return [];
  return [renamedFolder(program, specsOf(owner)[0]!)];
}

/** A renamed spec, or the spec of a renamed folder, has no program under the right name: that is the same cause. */
function withoutRenamed(causes: readonly Cause[]): Cause[] {
  const renamed = causes.filter(({ kind }) => kind === "spec renamed" || kind === "folder renamed");
  const specs = renamed.flatMap((cause) => cause.specs);
  return causes.filter(
    (cause) => !(cause.kind === "never compiled" && specs.some((spec) => isSameFile(spec, cause.file))),
  );
}
