import { findOwners, findPrograms } from "../program/programs.ts";
import { pruneProgram } from "../program/prune.ts";
import { refuseLinkOutside } from "../program/write.ts";
import { printable } from "../support/system/printable.ts";
import { count, note } from "./console.ts";
import { projectSpecs } from "./specs.ts";

/** Removes the programs whose specs are gone. 0 also where something had to stay; stdout has what was removed and kept. */
export function pruneCommand({ outDir, dryRun, quiet }: { outDir: string; dryRun?: boolean; quiet?: boolean }): number {
  refuseLinkOutside(outDir);
  const print = (line: string): void => {
    process.stdout.write(`${printable(line)}\n`);
  };
  let orphans = 0;
  for (const [program, owner] of findOwners(findPrograms(outDir), projectSpecs())) {
    const { folder, manifest, name } = program;
    if (owner.kind === "unknown")
      note(`${folder}: kept: its spec, ${owner.file}, lies outside of this project`, { quiet });
    if (owner.kind !== "gone" && owner.kind !== "renamed") continue;
    orphans++;
    const why =
      owner.kind === "gone" ? `${owner.spec} is gone` : `${owner.spec} is named \`${owner.to}\` now, not \`${name}\``;
    const { removed, kept } = pruneProgram(folder, manifest, { dryRun: dryRun === true });
    if (quiet === true) continue;
    print(`${folder}: ${dryRun === true ? "would remove" : "removed"} ${count(removed.length, "file")}: ${why}`);
    for (const { path, why: reason } of kept.slice(0, MAX_KEPT)) print(`  kept ${folder}/${path}: ${reason}`);
    if (kept.length > MAX_KEPT) print(`  kept ${count(kept.length - MAX_KEPT, "file")} more`);
  }
  if (orphans === 0) note(`nothing to prune in ${outDir}`, { quiet });
  return 0;
}

const MAX_KEPT = 20;
