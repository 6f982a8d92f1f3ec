import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { runProgram, runsTypeScript } from "../../src/program/run.ts";
import { readRunInfo, writeRunInfo } from "../../src/support/run/info.ts";
import { useProject } from "../cli/specs.ts";

useProject();

/** A program without TensorFlow.js that writes what it was started with. */
function writeTestProgram(code: string): void {
  mkdirSync("node_modules/@tensorflow/tfjs-core", { recursive: true });
  writeFileSync("node_modules/@tensorflow/tfjs-core/package.json", "{}");
  mkdirSync("out/a", { recursive: true });
  writeFileSync("out/a/package.json", '{ "type": "module" }');
  writeFileSync("out/a/train.ts", code);
}

const RECORD = `import { writeFileSync } from "node:fs";
const seen: { args: string[]; started?: string } = { args: process.argv.slice(2), started: process.env.LSTM_COMPILE_STARTED };
writeFileSync("seen.json", JSON.stringify(seen));
process.exitCode = 3;
`;

describe("runProgram", () => {
  it("runs TypeScript where the user is, with all arguments, and returns its exit code", async () => {
    writeTestProgram(RECORD);
    expect(await runProgram("out/a", "train.ts", ["--out", "a b", "$HOME"])).toBe(3);
    expect(JSON.parse(readFileSync("seen.json", "utf8"))).toEqual({ args: ["--out", "a b", "$HOME"], started: "1" });
  });

  it.skipIf(process.platform === "win32")("passes SIGTERM on and waits for the program to save", async () => {
    writeTestProgram(`import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => setTimeout(() => { writeFileSync("saved", "yes"); process.exit(143); }, 100));
setInterval(() => undefined, 1000);
process.stdout.write("ready");
`);
    const run = fileURLToPath(new URL("../../src/program/run.ts", import.meta.url));
    writeFileSync(
      "start.mjs",
      `import { runProgram } from ${JSON.stringify(pathToFileURL(run).href)};
process.exitCode = await runProgram("out/a", "train.ts", []);
`,
    );
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const child = spawn(process.execPath, ["--import", tsx, "start.mjs"], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    const exitCode = await new Promise((done) => child.on("exit", (code) => done(code)));
    expect(exitCode).toBe(143);
    expect(readFileSync("saved", "utf8")).toBe("yes");
  });
});

describe("a training that is killed", () => {
  it.skipIf(process.platform === "win32")("is marked so in the run.json that it named", async () => {
    mkdirSync("runs/0001", { recursive: true });
    writeRunInfo("runs/0001", { status: "running", program: { name: "a" } });
    writeTestProgram(`process.send?.({ run: ${JSON.stringify(resolve("runs/0001"))} });
process.kill(process.pid, "SIGKILL");
`);
    expect(await runProgram("out/a", "train.ts", [])).toBe(137);
    expect(readRunInfo("runs/0001")).toMatchObject({
      status: "killed",
      program: { name: "a" },
      error: { kind: "SIGKILL" },
    });
  });
});

describe("runsTypeScript", () => {
  it.each([
    ["20.20.2", false],
    ["22.17.1", false],
    ["22.18.0", true],
    ["23.5.0", false],
    ["23.6.0", true],
    ["24.0.0", true],
  ])("knows Node %s", (version, expected) => {
    expect(runsTypeScript(version)).toBe(expected);
  });
});
