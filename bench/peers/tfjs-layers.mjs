// The reference model in tf.layers, trained by `model.fit`, on the backend that generated programs use.
// Prints the same JSON line as the Python programs.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { selectBackend } from "../../dist/support/backends/select.js";

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "cpu" },
    units: { type: "string", default: "256" },
    batch: { type: "string", default: "32" },
    timesteps: { type: "string", default: "28" },
    features: { type: "string", default: "28" },
    steps: { type: "string", default: "100" },
    repetitions: { type: "string", default: "2" },
    warmup: { type: "string", default: "1" },
    activation: { type: "string", default: "relu" },
    images: { type: "string" },
    labels: { type: "string" },
  },
});
const [units, batch, timesteps, features, steps, repetitions, warmup] = [
  values.units,
  values.batch,
  values.timesteps,
  values.features,
  values.steps,
  values.repetitions,
  values.warmup,
].map(Number);
const count = steps * batch;
const size = timesteps * features;

/** Pixels 0..255 and labels 0..9 of the IDX files, or generated ones that are as sparse as MNIST. */
function loadData() {
  if (values.images !== undefined) {
    const pixels = readFileSync(values.images).subarray(16, 16 + count * size);
    if (pixels.length < count * size) throw new Error(`${values.images} has fewer than ${count} images`);
    return { pixels, labels: readFileSync(values.labels).subarray(8, 8 + count) };
  }
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const pixels = Uint8Array.from({ length: count * size }, () => (random() < 0.2 ? Math.floor(random() * 256) : 0));
  return { pixels, labels: Uint8Array.from({ length: count }, () => Math.floor(random() * 10)) };
}

const backend = await selectBackend(values.backend, { log: (line) => process.stderr.write(`${line}\n`) });
const data = loadData();
const x = tf.tensor3d(
  Float32Array.from(data.pixels, (pixel) => pixel / 255),
  [count, timesteps, features],
);
const labels = tf.tensor1d(Float32Array.from(data.labels));

// tf.layers defaults to hardSigmoid gates. Its orthogonal initializer takes minutes at this size and has no part in the speed.
const recurrent = {
  units,
  activation: values.activation,
  recurrentActivation: "sigmoid",
  recurrentInitializer: "glorotNormal",
};
const model = layers.sequential({
  layers: [
    layers.layers.lstm({ ...recurrent, returnSequences: true, inputShape: [timesteps, features] }),
    layers.layers.dropout({ rate: 0.2 }),
    layers.layers.lstm(recurrent),
    layers.layers.dropout({ rate: 0.1 }),
    layers.layers.dense({ units: 32, activation: "relu" }),
    layers.layers.dropout({ rate: 0.2 }),
    layers.layers.dense({ units: 10, activation: "softmax" }),
  ],
});
// TensorFlow.js's Adam has no decay.
model.compile({ optimizer: tf.train.adam(1e-4), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

const seconds = [];
let loss = Number.NaN;
for (let index = 0; index < warmup + repetitions; index++) {
  const started = performance.now();
  const { history } = await model.fit(x, labels, { batchSize: batch, epochs: 1, verbose: 0 });
  if (index >= warmup) seconds.push((performance.now() - started) / 1000);
  loss = history.loss[0];
}
const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status);
console.log(
  JSON.stringify({
    seconds,
    stepsPerRepetition: steps,
    loss,
    peakMemoryBytes: peak === null ? null : Number(peak[1]) * 1024,
    versions: { "tfjs-layers": layers.version_layers, [`${backend.name} backend`]: backend.version },
  }),
);
