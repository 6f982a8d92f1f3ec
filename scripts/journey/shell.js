// Commands as a person types them, in a project that knows nothing of this repository.
import { spawn } from "node:child_process";
import { delimiter } from "node:path";

/**
 * The environment of a person's shell: without what npm adds to its scripts (folders in PATH, settings), without this repository's own
 * settings, and with backends of its own, so that every machine has wasm alone.
 */
export function cleanEnvironment(cache) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|INIT_CWD$|CI$|LSTM_|VITEST)/i.test(name),
  );
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !/node_modules|node-gyp-bin/.test(folder));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    LSTM_COMPILE_CACHE: cache,
    // What this repository has just installed comes from npm's own cache.
    npm_config_prefer_offline: "true",
    // Without a network npm would try for many minutes.
    npm_config_fetch_retries: "1",
    npm_config_fetch_retry_mintimeout: "1000",
    NO_COLOR: "1",
  };
}

/** Commands have process groups of their own, which a Ctrl-C here does not reach. */
const running = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const { pid } of running) process.kill(-pid, "SIGKILL");
    process.exit(130);
  });
}

/** A shell in a folder; `log` gets a line for each command, with what it took. */
export function openShell(cwd, env, log) {
  /**
   * Runs a command line; `interruptAt`: Ctrl-C where stderr has this. Returns its output, and after how many seconds stderr first had
   * `epoch 1/`. Throws with all of the output where the exit code is not `code`.
   */
  return async function shell(command, { code = 0, interruptAt } = {}) {
    const started = performance.now();
    const child = spawn(command, { cwd, env, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let stdout = "";
    let stderr = "";
    let firstEpoch;
    let interrupted = false;
    const since = () => (performance.now() - started) / 1000;
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      if (firstEpoch === undefined && stderr.includes("epoch 1/")) firstEpoch = since();
      if (interruptAt === undefined || interrupted || !stderr.includes(interruptAt)) return;
      interrupted = true;
      process.kill(-child.pid, "SIGINT"); // as a terminal does: to all processes of the command
    });
    const [exitCode, signal] = await new Promise((done, fail) => {
      child.on("error", fail);
      child.on("close", (...ended) => done(ended));
    });
    running.delete(child);
    const epoch = firstEpoch === undefined ? "" : `, first epoch after ${firstEpoch.toFixed(1)} s`;
    log(`  $ ${command}  (${since().toFixed(1)} s${epoch})`);
    const expected = interruptAt === undefined ? exitCode === code : signal === "SIGINT" || exitCode === 130;
    if (!expected) throw new Error(`exit code ${exitCode ?? signal}, not ${code}: ${command}\n${stdout}\n${stderr}`);
    return { stdout, stderr, firstEpoch };
  };
}

/** The command that the product's output ends with. */
export function nextCommand({ stderr }) {
  const command = stderr.match(/^(?:.*; )?next: (.+)$/m)?.[1];
  if (command === undefined) throw new Error(`no next command in:\n${stderr}`);
  return command;
}
