import { expect, it } from "vitest";
import { kernel } from "../../../src/core/layers/call.ts";
import { defineLayer, ONE_INPUT, size } from "../../../src/core/layers/definition.ts";
import { layerDefinitions } from "../../../src/core/layers/schema-definitions.ts";

interface ScaleOptions {
  readonly factor: number;
}

/** A layer of which the spec's types do not know. */
const scaled = defineLayer<"scaledGRUCopy", ScaleOptions>({
  type: "scaledGRUCopy",
  schema: {
    description: "Multiplies by a number.",
    options: { factor: { description: "The number.", type: "number", examples: [2] } },
    required: ["factor"],
  },
  reads: "any",
  inputs: ONE_INPUT,
  mask: "passes",
  outputShape: (_options, [input]) => input!,
  parameters: () => [],
  flops: (_options, _inputs, output) => size(output),
  kept: () => 0,
  shown: ["factor"],
  call: ({ factor }) => kernel("scaled", { factor }),
  keras: { className: "Scaled" },
});

const wrapper = defineLayer<"wrapper", ScaleOptions>({
  ...scaled,
  type: "wrapper",
  schema: { description: "Runs a layer twice.", hasWeights: true, options: {} },
  inputs: { least: 2, most: 2 },
  wraps: {
    choice: { title: "InnerLayer", description: "What it runs.", type: "Kind of layer." },
    layers: [scaled],
    innerShape: (input) => input,
  },
  shown: [],
  call: () => kernel("wrapper"),
});

it("a layer of one's own has options with types, and a kernel", () => {
  expect(scaled.call({ factor: 3 })).toEqual({
    module: "scaled",
    forward: "scaledForward",
    backward: "scaledBackward",
    options: { factor: 3 },
  });
});

it("the schema follows from definitions, that of layers inside wrappers too", () => {
  const definitions = layerDefinitions([wrapper, scaled]);
  expect(Object.keys(definitions)).toEqual([
    "Layer",
    "InnerLayer",
    "WrappedScaledGruCopyLayer",
    "WrapperLayer",
    "ScaledGruCopyLayer",
  ]);
  const keysOf = (name: string): string[] => Object.keys(definitions[name]!.properties as object);
  expect(keysOf("ScaledGruCopyLayer")).toEqual(["type", "name", "inputs", "factor"]);
  expect(keysOf("WrappedScaledGruCopyLayer")).toEqual(["type", "factor"]);
  expect(keysOf("WrapperLayer")).toEqual(["type", "name", "inputs", "trainable"]);
  expect(definitions.ScaledGruCopyLayer).toMatchObject({ additionalProperties: false, required: ["type", "factor"] });
  expect(definitions.WrapperLayer).toMatchObject({ required: ["type", "inputs"] });
});
