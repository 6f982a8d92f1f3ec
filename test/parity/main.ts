import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { selectBackend } from "../../src/support/backends/select.ts";
import { BACKEND_NAMES, type BackendName } from "../../src/support/backends/types.ts";
import { UserError } from "../../src/support/system/user-error.ts";
import { fixtureKind, type LayerFixture, readFixture, type ScoreFixture, type TrainFixture } from "./fixtures.ts";
import { checkForecast, type ForecastFixture } from "./forecast.ts";
import { checkLayer } from "./layer.ts";
import { Workspace } from "./program.ts";
import { checkScore } from "./score.ts";
import { checkTraining } from "./train.ts";

const USAGE = `Runs reference numbers of Keras through generated programs.

  npm run parity -- DIR [--backend gpu|cpu|webgpu|wasm]

Each file of DIR is a fixture: layer-*.json, train-*.json, loss-*.json, metric-*.json or forecast-*.json. A line for each that
fails, with the largest difference; then the counts.
`;

/** Checks one fixture; undefined where all its numbers are met. */
async function check(path: string, file: string, workspace: Workspace): Promise<string | undefined> {
  const kind = fixtureKind(file);
  if (kind === undefined) return "its name begins with none of layer-, train-, loss-, metric-, forecast-";
  let fixture: unknown;
  try {
    fixture = readFixture(path, kind);
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  }
  switch (kind) {
    case "layer":
      return checkLayer(fixture as LayerFixture, workspace);
    case "train":
      return checkTraining(fixture as TrainFixture, workspace);
    case "forecast":
      return checkForecast(fixture as ForecastFixture);
    default:
      return checkScore(fixture as ScoreFixture, workspace);
  }
}

/** One line, whatever a file is called or says: control characters as JSON writes them. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

async function checkFolder(folder: string): Promise<number> {
  let files: string[];
  try {
    files = readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch (error) {
    throw new UserError(`${folder} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      exitCode: 2,
      fix: "name a folder of fixtures",
    });
  }
  const workspace = new Workspace();
  let failed = files.length === 0 ? 1 : 0;
  if (files.length === 0) process.stdout.write(`${printable(folder)}: there are no fixtures\n`);
  try {
    for (const file of files) {
      let failure: string | undefined;
      try {
        failure = await check(join(folder, file), file, workspace);
      } catch (error) {
        failure = error instanceof Error ? error.message.trim().split("\n")[0]! : String(error);
      }
      if (failure === undefined) continue;
      failed++;
      process.stdout.write(`${printable(file)}: ${printable(failure)}\n`);
    }
  } finally {
    workspace.remove();
  }
  process.stdout.write(`${Math.max(0, files.length - failed)} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const options = { backend: { type: "string", default: "wasm" }, help: { type: "boolean", short: "h" } } as const;
  let parsed: { values: { backend: string; help?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UserError((error as Error).message, { exitCode: 2, fix: "see --help", cause: error });
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length !== 1) {
    throw new UserError(`${positionals.length} folders are named, not one`, {
      exitCode: 2,
      fix: "npm run parity -- DIR",
    });
  }
  if (!BACKEND_NAMES.some((name) => name === values.backend)) {
    throw new UserError(`there is no backend ${values.backend}`, {
      exitCode: 2,
      fix: `use ${BACKEND_NAMES.join(", ")}`,
    });
  }
  const backend = await selectBackend(values.backend as BackendName);
  process.stderr.write(`backend: ${backend.name} (${backend.device})\n`);
  return checkFolder(positionals[0]!);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, fix, exitCode } =
    error instanceof UserError
      ? error
      : { message: String(error), fix: "report this with the folder's name", exitCode: 1 };
  process.stderr.write(`error: ${message}\n  fix: ${fix}\n`);
  return exitCode;
});
