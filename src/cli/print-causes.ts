import { type DiagnosticFormat, githubCommand } from "../core/diagnostic.ts";
import type { Cause } from "../program/causes.ts";
import { printable, printableMessage } from "../support/system/printable.ts";
import { sha256 } from "../support/system/sha256.ts";
import { count, wantsColor } from "./console.ts";

/** Causes that change all files alike, so that their patches say nothing that the verdict does not. */
const ALIKE: ReadonlySet<Cause["kind"]> = new Set(["never compiled", "spec moved", "compiler version changed"]);

/** More than people read; `--format json` has all. */
const MAX_LINES = 2000;
const MAX_LINE = 1000;

/** Prints causes on stdout: a document for machines; one annotation each for GitHub; for people also the fix and the patches. */
export function printCauses(causes: readonly Cause[], format: DiagnosticFormat): void {
  if (format === "json") {
    process.stdout.write(`${JSON.stringify(causes, null, 2)}\n`);
    return;
  }
  const patches = patchLines(causes);
  if (format === "github") {
    for (const { kind, file, line, column, message, fix } of causes)
      process.stdout.write(
        `${githubCommand("error", { file, line, column, title: kind }, message, [`fix: ${fix}`])}\n`,
      );
    if (patches.length > 0) process.stdout.write(`${withoutCommands(patches.flatMap(([, lines]) => lines))}\n`);
    return;
  }
  const color = wantsColor(process.stdout);
  const linesOf = new Map(patches);
  for (const cause of causes) {
    const { kind, file, line, column, message, fix, files } = cause;
    const where = printable(file) + (line === 1 && column === 1 ? "" : `:${line}:${column}`);
    const size = files.length > 1 ? ` (${count(files.length, "file")})` : "";
    process.stdout.write(`${where}: ${kind}: ${printableMessage(message)}${size}\n  fix: ${printableMessage(fix)}\n`);
    for (const text of linesOf.get(cause) ?? []) process.stdout.write(`${color ? coloured(text) : text}\n`);
  }
}

/** The lines of each cause's files and patches, no more than people read in all. */
function patchLines(causes: readonly Cause[]): [Cause, string[]][] {
  let left = MAX_LINES;
  return causes
    .filter(({ kind }) => !ALIKE.has(kind))
    .map((cause) => {
      const all = cause.files.flatMap(({ path, kind, patch }) => [
        `${path}: ${kind === "differs" ? cause.kind : kind}`,
        ...(patch === "" ? [] : patch.trimEnd().split("\n")),
      ]);
      const shown = all.slice(0, left).map(printableLine);
      left -= shown.length;
      const cutOff = all.length - shown.length;
      return [cause, cutOff > 0 ? [...shown, `… and ${count(cutOff, "line")} more: --format json has all`] : shown];
    });
}

/** Code may be indented by tabs; all else that moves the cursor is shown as a dot. */
function printableLine(line: string): string {
  return line.slice(0, MAX_LINE).split("\t").map(printable).join("\t");
}

/** Lines that GitHub Actions does not read as commands, whatever stands in a patch. Nothing in the text can know its hash. */
function withoutCommands(lines: readonly string[]): string {
  const token = sha256(lines.join("\n"));
  return [`::stop-commands::${token}`, ...lines, `::${token}::`].join("\n");
}

function coloured(line: string): string {
  const style = line.startsWith("+") ? 32 : line.startsWith("-") ? 31 : line.startsWith("@@") ? 36 : undefined;
  return style === undefined ? line : `\u001b[${style}m${line}\u001b[0m`;
}
