import { existsSync } from "node:fs";
import { type Command, CommanderError } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { COMPILER_VERSION } from "../core/version.ts";
import { surviveClosedPipes } from "../support/run/main.ts";
import { systemError } from "../support/system/files.ts";
import { printableStack } from "../support/system/printable.ts";
import { UserError } from "../support/system/user-error.ts";
import { commandLine } from "./command-line.ts";
import { printError, printUserError } from "./console.ts";

/** Runs the command line; returns the exit code. Results go to stdout, all else to stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  surviveClosedPipes();
  let exitCode = 0;
  const root = commandLine((code) => {
    exitCode = code;
  });
  try {
    if (argv.length === 0) {
      root.outputHelp({ error: true });
      return 2;
    }
    refuseMisspelledCommand(argv[0]!, root);
    await root.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    const own = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
    return failure(error, own.includes("--verbose") || Boolean(process.env.DEBUG));
  }
}

function failure(thrown: unknown, verbose: boolean): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2; // commander has printed it
  const error = systemError(thrown) ?? thrown;
  if (error instanceof UserError) {
    printUserError(error);
    if (verbose && error.cause instanceof Error) process.stderr.write(`${printableStack(error.cause.stack ?? "")}\n`);
    return error.exitCode;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  printError(
    `this is a bug in lstm-compile ${COMPILER_VERSION}: ${message}`,
    "report it, with the spec and what --verbose prints",
  );
  if (verbose) process.stderr.write(`${printableStack(stack ?? "")}\n`);
  return 1;
}

/** Since `compile` is the default command, a mistyped command would be taken for a spec. */
function refuseMisspelledCommand(word: string, root: Command): void {
  const names = root.commands.map((command) => command.name());
  if (!/^[a-z]+$/i.test(word) || word === "help" || names.includes(word) || existsSync(word)) return;
  const nearest = closest(word, names);
  const near = distance(word, nearest) <= 2 ? nearest : undefined;
  throw new UserError(`there is no command and no file \`${word}\``, {
    exitCode: 2,
    fix: near === undefined ? "see `npx lstm-compile --help`" : `did you mean \`npx lstm-compile ${near}\`?`,
  });
}
