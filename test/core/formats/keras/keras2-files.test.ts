import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layersOf } from "../../../../src/core/formats/hdf5/layout.ts";
import { limitsFrom } from "../../../../src/core/formats/limits.ts";
import { MODEL_HOST } from "../../../../src/program/model-files.ts";
import { Workspace } from "../../../parity/program.ts";
import { differenceOf, expectedOf, imported, weightsOf } from "../harness.ts";

const fixture = (name: string): string => resolve("test/fixtures/keras2-files", name);

let workspace: Workspace;
beforeAll(async () => {
  await tf.setBackend("cpu");
  workspace = new Workspace();
});
afterAll(() => workspace.remove());

describe("a model of Keras 2 predicts what Keras 2 predicts", () => {
  it.each(
    ["hard-sigmoid", "exchanged-names", "masks"]
      .flatMap((name) => [`${name}.keras`, `${name}.h5`])
      .concat("numbered.keras"),
  )("%s", async (file) => {
    const expected = expectedOf(fixture(file.replace(/\.\w+$/, ".json")));
    expect(await differenceOf(workspace, fixture(file), expected)).toBeLessThan(1e-5);
  });
});

it("hard_sigmoid of Keras 2 is clip(0.2 x + 0.5, 0, 1) wherever it stands", async () => {
  const { text } = await imported(fixture("hard-sigmoid.keras"));
  expect(text.match(/hardSigmoid\w*/g)).toEqual(new Array(4).fill("hardSigmoid02"));
});

it("what Keras 2 alone writes of training is understood", async () => {
  const { text, warnings, notExpressed } = await imported(fixture("masks.h5"));
  expect(text).toContain("type: rmsprop");
  expect(text).toContain("rho: 0.8\n");
  expect(text).toContain("learningRate: 0.01\n");
  // A softmax is not trained with squared errors here.
  expect(text).toContain("loss: sparseCategoricalCrossentropy");
  expect(warnings.join()).toMatch(/the loss meanSquaredError is not trained here/);
  expect(text).toContain("metrics: [ categoricalAccuracy ]");
  expect(notExpressed.join()).toMatch(/metric meanAbsoluteError/);
});

it("weights without names are found by the order of the layers", async () => {
  const weights = fixture("masks.weights.h5");
  const answer = await MODEL_HOST.readHdf5(readFileSync(weights), limitsFrom({}));
  const items = "items" in answer ? answer.items : [];
  const layers = layersOf(weights, items);
  expect(layers.length).toBeGreaterThan(0);
  expect(layers.every(({ name }) => name === undefined)).toBe(true);
  const expected = expectedOf(fixture("masks.json"));
  expect(await differenceOf(workspace, fixture("masks.keras"), expected, weights)).toBeLessThan(1e-5);
});

it("weights without names are not guessed where Keras 2 and 3 number layers differently", async () => {
  const { program } = await imported(fixture("numbered.keras"));
  await expect(weightsOf(program.plan, fixture("numbered.weights.h5"))).rejects.toThrow(/does not name its layers/);
});
