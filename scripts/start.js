// `npm start`: sets the clone up, trains the quickstart model, shows some predictions, and says what to do next.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./set-up.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = process.env.LSTM_COMPILE_DATA;

function compiler(...args) {
  return (
    spawnSync(process.execPath, [join(root, "bin", "lstm-compile.js"), ...args], { cwd: root, stdio: "inherit" })
      .status ?? 1
  );
}

setUp();
console.error("\nTraining a small LSTM on MNIST (specs/quickstart-mnist.yaml)\n");
let name = "quickstart-mnist";
let status = compiler("run", `specs/${name}.yaml`, "--", ...(data === undefined ? [] : ["--data", data]));
if (status === 3) {
  console.error("\nMNIST cannot be had here: falling back to generated digits (specs/quickstart.yaml)\n");
  name = "quickstart";
  status = compiler("run", `specs/${name}.yaml`);
}
if (status !== 0) process.exit(status);

console.log("\nWhat it sees in test images, and what it says:\n");
const { programCommand } = await import("../dist/run/run.js");
const [command, ...rest] = programCommand(join(root, "generated", name, "predict.ts"));
const shown = name === "quickstart" || data === undefined ? [] : ["--data", data];
status =
  spawnSync(command, [...rest, "--run", `runs/${name}`, "--demo", "4", ...shown], { cwd: root, stdio: "inherit" })
    .status ?? 1;
if (status !== 0) process.exit(status);

console.log(`
Next:
  open runs/${name}/report.html                                 curves and the confusion matrix
  less generated/${name}/model.ts                               the code that was trained
  npx lstm-compile explain specs/mnist-lstm.yaml                the reference model: layers, parameters, cost
  npx lstm-compile run specs/mnist-lstm.yaml -- --limit 6000    train it on part of MNIST
  npx lstm-compile init my-model && npx lstm-compile run my-model.yaml
  npx lstm-compile doctor                                       faster backends for this machine`);
