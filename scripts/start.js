// `npm start`: sets the clone up, trains the quickstart model, shows some predictions, and says what to do next.
// `npm start -- --epochs 1` passes options to the training; LSTM_COMPILE_DATA names a folder that has MNIST.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./set-up.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = process.env.LSTM_COMPILE_DATA ? ["--data", process.env.LSTM_COMPILE_DATA] : [];
const options = process.argv.slice(2);

/** Runs a command to its end and returns its exit code. Ctrl-C reaches it from the terminal: it saves and ends by itself. */
function run(command, ...args) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    child.on("error", fail);
    child.on("exit", (code) => done(code ?? 1));
  });
}

const compiler = join(root, "bin", "lstm-compile.js");

function train(name, ...args) {
  return run(process.execPath, compiler, "run", `specs/${name}.yaml`, "--", ...args, ...options);
}

setUp();
process.on("SIGINT", () => undefined);
console.error("\nTraining a small LSTM on MNIST (specs/quickstart-mnist.yaml)\n");
let name = "quickstart-mnist";
let status = await train(name, ...data);
if (status === 3) {
  console.error(
    "\nThe reason above keeps MNIST from being used: falling back to generated digits (specs/quickstart.yaml)\n",
  );
  name = "quickstart";
  status = await train(name);
}
if (status !== 0) process.exit(status);

console.log("\nWhat it sees in test images, and what it says:\n");
const demo = ["predict", `specs/${name}.yaml`, "--", "--demo", "4", ...(name === "quickstart" ? [] : data)];
status = await run(process.execPath, compiler, ...demo);
if (status !== 0) process.exit(status);

console.log(`
Next:
  open runs/${name}/latest/report.html                          curves and the confusion matrix
  less generated/${name}/model.ts                               the code that was trained
  npx lstm-compile explain specs/mnist-lstm.yaml                the reference model: layers, parameters, cost
  npx lstm-compile run specs/mnist-lstm.yaml -- --limit 6000    train it on part of MNIST
  npx lstm-compile init my-model && npx lstm-compile run my-model.yaml
  npx lstm-compile doctor                                       faster backends for this machine`);
