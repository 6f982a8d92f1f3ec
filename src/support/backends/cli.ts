#!/usr/bin/env node
// Installs the backends of a generated program: `npm run backend -- install cpu`.
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { printableLines } from "../system/printable.ts";
import { UserError } from "../system/user-error.ts";
import { INSTALLABLE, type InstallableBackend, nameProgram } from "./cache.ts";
import { installBackend, listBackends, removeBackend } from "./install.ts";
import { probeBackends } from "./select.ts";

const USAGE = `Usage: backend <command> [options]

  install <${INSTALLABLE.join("|")}>   install a backend into the cache
  remove <${INSTALLABLE.join("|")}>    remove it from the cache
  list                       what is installed
  check                      try every backend and say what was found; exit code 3 where none works

Options:
  --offline         never touch the network
  --without-device  install gpu also where there is no NVIDIA driver
  --verbose         show what the libraries say
`;

/** Runs the command line and returns the exit code; results go to stdout, progress to stderr. */
export async function backendCommand(args: readonly string[], probe = probeBackends): Promise<number> {
  const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  try {
    const { values, positionals } = parseCommand(args);
    const [command, name] = positionals as [string | undefined, InstallableBackend | undefined];
    const options = { ...values, withoutDevice: values["without-device"], log };
    if (values.help || command === undefined) {
      print(USAGE);
      return values.help ? 0 : 2;
    }
    const words = new Map(Object.entries({ list: 1, check: 1, install: 2, remove: 2 })).get(command);
    if (words === undefined || positionals.length !== words) {
      throw new UserError(`not a command: ${positionals.join(" ")}`, { fix: "see --help", exitCode: 2 });
    }
    if (command === "list") {
      for (const { name, installed, directory, versions, problem } of listBackends()) {
        print(`${name.padEnd(7)}${installed ? `${describe(versions)}  ${directory}` : problem}`);
      }
      return 0;
    }
    if (command === "check") {
      const probes = await probe(options);
      for (const { name, usable, version, device, reason, fix } of probes) {
        print(`${name.padEnd(7)}${usable ? `usable: ${version}, ${device}` : `not usable: ${reason}`}`);
        if (fix !== "") print(`       fix: ${fix}`);
      }
      return probes.some(({ usable }) => usable) ? 0 : 3;
    }
    if (name === undefined || !INSTALLABLE.includes(name)) {
      throw new UserError(`there is no backend "${name}" to ${command}`, {
        fix: `choose one of ${INSTALLABLE.join(", ")}`,
        exitCode: 2,
      });
    }
    if (command === "remove") {
      const { removed, bytes } = await removeBackend(name, options);
      print(
        removed.length === 0 ? `${name} was not installed` : `${name} removed, ${(bytes / 1e9).toFixed(1)} GB freed`,
      );
      return 0;
    }
    const { record, directory, unchanged, seconds } = await installBackend(name, options);
    print(
      unchanged
        ? `${name} is installed: ${describe(record.versions)} in ${directory}`
        : `${name} installed in ${seconds.toFixed(0)} s: ${describe(record.versions)} in ${directory}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log(`error: ${printableLines(error.message)}`);
    log(`  fix: ${printableLines(error.fix)}`);
    return error.exitCode;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  nameProgram(process.cwd()); // npm runs the scripts of a package in its folder
  process.exitCode = await backendCommand(process.argv.slice(2));
}

function parseCommand(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        offline: { type: "boolean" },
        "without-device": { type: "boolean" },
        verbose: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, { fix: "see --help", exitCode: 2 });
  }
}

function describe(versions: Record<string, string>): string {
  return Object.entries(versions)
    .filter(([name]) => name !== "node")
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
