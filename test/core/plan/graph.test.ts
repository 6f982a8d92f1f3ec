import { describe, expect, it } from "vitest";
import { compile } from "../../../src/node.ts";

const SERIES = "{ shape: [6, 3], train: x.npy, test: x.npy }";
const FRAMES = "{ shape: [6, 4, 5, 3], train: x.npy, test: x.npy }";
const IDS = "{ shape: [6], vocabularySize: 9, train: x.npy, test: x.npy }";
const TWO =
  "{ name: left, shape: [6, 3], train: x.npy, test: x.npy }, { name: right, shape: [5], train: z.npy, test: z.npy }";

/** "LC1211 10: message. fix" for each diagnostic of a model, whose first layer stands in line 7. */
function diagnose(layers: string, inputs = SERIES): string[] {
  const { diagnostics } = compile(specText(layers, inputs));
  return diagnostics.map(({ code, line, message, fix }) => `${line} ${code}: ${message}. ${fix}`);
}

function specText(layers: string, inputs: string): string {
  return `specVersion: 1
name: example
dataset: { type: arrays, inputs: [${inputs}], targets: { encoding: numbers, features: 2, train: y.npy, test: y.npy } }
optimizer: { type: adam }
training: { loss: meanSquaredError }
layers:
${layers
  .split("\n")
  .map((line) => `  - { ${line.trim()} }`)
  .join("\n")}
`;
}

describe("a model of frames", () => {
  const CONV = "type: convLstm2d, filters: 2, kernelSize: 3";
  it.each([
    [
      "frames for a layer that reads sequences",
      "type: lstm, units: 4\ntype: dense, units: 2",
      "7 LC1213: lstm reads vectors, but `input` has frames, [6, 4, 5, 3]. add a reshape layer before it, with `targetShape: [6, 60]`",
    ],
    [
      "one frame for a layer that reads sequences",
      `${CONV}\ntype: conv1d, filters: 4, kernelSize: 3\ntype: flatten\ntype: dense, units: 2`,
      "8 LC1213: conv1d reads vectors, but `convLstm2d1` has frames, [2, 3, 2]. add a flatten layer before it",
    ],
    [
      "frames for a layer that reads one vector",
      "type: repeatVector, n: 3\ntype: lstm, units: 2",
      "7 LC1213: repeatVector reads one vector per sample, but `input` has frames, [6, 4, 5, 3]. add a flatten layer before it",
    ],
    [
      "the last frame for a layer that reads all",
      `${CONV}\ntype: leakyRelu\n${CONV}\ntype: flatten\ntype: dense, units: 2`,
      "9 LC1201: this convLstm2d needs a sequence of frames, but the layer before it gives the last timestep only. add `returnSequences: true` to the convLstm2d in line 7",
    ],
    [
      "a filter larger than a frame",
      "type: convLstm2d, filters: 2, kernelSize: [3, 2], dilationRate: 2\ntype: flatten\ntype: dense, units: 2",
      "7 LC1213: a filter covers 5 rows, but a frame of the input has 4. use a smaller `kernelSize`, or `padding: same`",
    ],
    [
      "strides and dilation at once",
      `${CONV}, strides: [1, 2], dilationRate: [2, 1]\ntype: flatten\ntype: dense, units: 2`,
      "7 LC1213: strides 1 and 2 and dilationRate 2 and 1 exclude each other. set one of them to 1",
    ],
    [
      "frames joined along their rows",
      `${CONV}\ntype: concatenate, inputs: [convLstm2d1, convLstm2d1], axis: 1\ntype: flatten\ntype: dense, units: 2`,
      "8 LC1213: frames are joined along their channels alone. use `axis: -1`",
    ],
    [
      "shared axes that a frame does not have",
      `${CONV}\ntype: prelu, sharedAxes: [4]\ntype: flatten\ntype: dense, units: 2`,
      "8 LC1213: axis 4 is none of the input, [2, 3, 2]. name axes from 1 to 3",
    ],
    [
      "an end in frames",
      `${CONV}\ntype: dense, units: 2`,
      "7 LC1202: the output still has frames, [2, 3, 2]. add a flatten layer, or a reshape layer to [timesteps, features], before the last dense layer",
    ],
  ])("%s", (_name, layers, expected) => {
    expect(diagnose(layers, FRAMES)).toEqual([expected]);
  });

  it("vectors for a layer that reads frames", () => {
    expect(diagnose(`${CONV}\ntype: flatten\ntype: dense, units: 2`)).toEqual([
      "7 LC1201: this convLstm2d needs frames, [timesteps, rows, columns, channels], but a sample of `input` is [6, 3]. add a reshape layer before it, or give the input such a shape",
    ]);
  });

  it("statistics of a normalization that do not fit its input", () => {
    const of = (options: string): string[] => diagnose(`type: normalization, ${options}\ntype: lstm, units: 2`);
    expect(of("mean: [0, 1], variance: [1, 1]")).toEqual([
      "7 LC1213: mean has 2 numbers, but the input has 3 features. give both as a number, or as a list of 3",
    ]);
    expect(of("mean: 0, variance: [1, 1, 1]")).toEqual([
      "7 LC1213: mean and variance differ: one is a number for all features, the other a list. give both as a number, or as a list of 3",
    ]);
  });
});

describe("a model whose layers do not fit together", () => {
  it.each([
    [
      "a typing error in `inputs`, without complaints that follow from it",
      "type: lstm, units: 4, name: encoder\ntype: dense, units: 2, inputs: [encodr]",
      "8 LC1211: there is no layer or input named `encodr`. did you mean `encoder`?",
    ],
    [
      "a reference forward",
      "type: lstm, units: 4, inputs: [head]\ntype: dense, units: 2, name: head",
      "7 LC1211: `head` comes after this layer; a layer reads earlier ones. move this layer below it",
    ],
    [
      "a layer that reads itself",
      "type: lstm, units: 4, name: me, inputs: [me]\ntype: dense, units: 2",
      "7 LC1211: a layer cannot read itself. name an earlier one: input",
    ],
    [
      "a layer that nothing reads",
      "type: lstm, units: 4, name: aside\ntype: lstm, units: 5, inputs: [input]\ntype: dense, units: 2",
      "7 LC1212: no layer reads `aside`. name it in the `inputs` of a later layer, or remove it",
    ],
    [
      "a sum of different shapes",
      "type: lstm, units: 4, name: a\ntype: lstm, units: 5, name: b, inputs: [input]\ntype: add, inputs: [a, b]\ntype: dense, units: 2",
      "9 LC1213: its inputs have different shapes: [4] and [5]. give it inputs of one shape",
    ],
    [
      "a filter longer than the series",
      "type: conv1d, filters: 4, kernelSize: 3, dilationRate: 3\ntype: flatten\ntype: dense, units: 2",
      "7 LC1213: a filter covers 7 timesteps, but the input has 6. use a smaller `kernelSize`, or `padding: same`",
    ],
    [
      "strides and dilation",
      "type: conv1d, filters: 4, kernelSize: 2, strides: 2, dilationRate: 2\ntype: flatten\ntype: dense, units: 2",
      "7 LC1213: strides 2 and dilationRate 2 exclude each other. set one of them to 1",
    ],
    [
      "a reshape to another size",
      "type: reshape, targetShape: [4, 4]\ntype: lstm, units: 2",
      "7 LC1213: [4, 4] has 16 values, but the input, [6, 3], has 18. give a shape of 18 values",
    ],
    [
      "a vector's second axis",
      "type: lstm, units: 4, name: a\ntype: lstm, units: 4, inputs: [input], name: b\ntype: concatenate, inputs: [a, b], axis: 2\ntype: dense, units: 2",
      "9 LC1213: vectors have no axis 2. use `axis: -1`",
    ],
    [
      "products of vectors of different lengths",
      "type: lstm, units: 4, name: a\ntype: lstm, units: 5, name: b, inputs: [input]\ntype: dot, inputs: [a, b]\ntype: dense, units: 2",
      "9 LC1213: its inputs, [4] and [5], have 4 and 5 values along axis -1. give it inputs that agree along an axis",
    ],
    [
      "products along axes of different lengths",
      "type: dense, units: 4, name: a\ntype: permute, dims: [2, 1], name: b\ntype: dot, inputs: [a, b], axes: [1, -2]\ntype: lstm, units: 2",
      "9 LC1213: its inputs, [6, 4] and [4, 6], have 6 and 4 values along axes 1 and -2. use `axes: [1, 2]`",
    ],
    [
      "products along an axis that vectors lack",
      "type: lstm, units: 4, name: a\ntype: lstm, units: 4, name: b, inputs: [input]\ntype: dot, inputs: [a, b], axes: 2\ntype: dense, units: 2",
      "9 LC1213: axis 2 is none of a sample of shape [4]. use `axes: -1` for the features of both, or name an axis of each",
    ],
    [
      "products along the batch",
      "type: lstm, units: 3, name: a\ntype: dot, inputs: [input, a], axes: [2, 0]\ntype: dense, units: 2",
      "8 LC1213: axis 0 is none of a sample of shape [3], but the batch. use `axes: -1` for the features of both, or name an axis of each",
    ],
    [
      "three axes",
      "type: dot, inputs: [input, input], axes: [1, 2, 1]\ntype: lstm, units: 2",
      "7 LC1107: `axes` has 3 items; at most 2 are allowed. remove some",
    ],
    [
      "a sum of queries and keys with different features",
      "type: dense, units: 4, name: a\ntype: additiveAttention, inputs: [a, input]\ntype: lstm, units: 2",
      "8 LC1213: query and key have 4 and 3 features, but their sum needs as many. give the layers before it as many units",
    ],
    [
      "a repeated sequence",
      "type: repeatVector, n: 3\ntype: lstm, units: 2",
      "7 LC1213: repeatVector reads one vector per sample, but `input` is a sequence. remove `returnSequences` before it, or add a flatten layer",
    ],
    [
      "an embedding of numbers",
      "type: embedding, inputDim: 4, outputDim: 2\ntype: lstm, units: 2",
      "7 LC1214: `input` has numbers, but embedding reads ids. remove the embedding, or use ids: an input with `vocabularySize`, or text with `encoding: ids`",
    ],
    [
      "a recurrent layer after a vector",
      "type: flatten\ntype: gru, units: 2",
      "8 LC1201: this gru needs a sequence, but `flatten1` is one vector per sample. add a repeatVector or reshape layer before it",
    ],
    [
      "attention with nothing to attend to",
      "type: attention, inputs: [input]\ntype: lstm, units: 2",
      "7 LC1216: attention takes 2 to 3 inputs, not 1. name 2 to 3 in `inputs`",
    ],
    [
      "two inputs of a layer that reads one",
      "type: lstm, units: 2, inputs: [input, input]",
      "7 LC1216: lstm takes 1 input, not 2. join them before it, with a concatenate or add layer",
    ],
    [
      "a layer named like the input",
      "type: lstm, units: 2, name: input",
      "7 LC1207: the layer and an input are both named `input`. choose another name",
    ],
    [
      "the name of a wrapped layer",
      "type: bidirectional, layer: { type: gru, units: 1, name: inner }",
      "7 LC1101: unknown key `name`. write it beside `layer:`, not inside: `name` belongs to the wrapper",
    ],
    [
      "a frozen layer in a wrapper",
      "type: timeDistributed, layer: { type: dense, units: 1, trainable: false }\ntype: lstm, units: 2",
      "7 LC1101: unknown key `trainable`. write it beside `layer:`, not inside: `trainable` belongs to the wrapper",
    ],
  ])("%s", (_what, layers, wanted) => {
    expect(diagnose(layers)).toEqual([wanted]);
  });

  it("ids without a row", () => {
    expect(diagnose("type: embedding, inputDim: 8, outputDim: 2\ntype: lstm, units: 2", IDS)).toEqual([
      "7 LC1214: ids are 0..8, but inputDim is 8. use `inputDim: 9`",
    ]);
  });

  it("two inputs, none of which is named", () => {
    expect(diagnose("type: lstm, units: 2", TWO)).toEqual([
      "7 LC1211: the dataset has several inputs; this layer does not say which it reads. add `inputs:` with one of left, right",
    ]);
  });

  it("an input that nothing reads", () => {
    expect(diagnose("type: lstm, units: 2, inputs: [left]", TWO)).toEqual([
      "3 LC1212: no layer reads the input `right`. name it in the `inputs` of a layer",
    ]);
  });

  it("two layers of one name: nothing is said of what either gives", () => {
    expect(diagnose("type: lstm, units: 2, name: a\ntype: lstm, units: 2, name: a")).toEqual([
      "7 LC1207: the layer in line 8 is named `a` too. choose another name",
      "8 LC1207: the layer in line 7 is named `a` too. choose another name",
    ]);
  });
});

describe("masks of merged inputs", () => {
  /** The lines of the forward pass that make or read masks. */
  function maskLines(merge: string, masked: readonly boolean[]): string[] {
    const embeddings = masked.map(
      (maskZero, k) =>
        `type: embedding, inputDim: 9, outputDim: 2, maskZero: ${maskZero}, name: e${k}, inputs: [input]`,
    );
    const layers = [...embeddings, `${merge}, inputs: [e0, e1], name: both`, "type: lstm, units: 2, name: last"];
    const { program, diagnostics } = compile(specText(layers.join("\n"), IDS));
    expect(diagnostics).toEqual([]);
    const model = program!.files.get("model.ts")!;
    const forward = model.slice(model.indexOf("export function computeGradients"));
    return forward.split("\n").flatMap((line) => /const (?:both|last) = (.*); \/\//.exec(line)?.[1] ?? []);
  }

  it("count a step that counts in any, where all have a mask", () => {
    expect(maskLines("type: add", [true, true])).toEqual([
      "{ ...addForward([e0.y, e1.y]), mask: unionOfMasks([e0.mask, e1.mask]) }",
      "lstmForward(both.y, w.last, LAST, { mask: both.mask })",
    ]);
    expect(maskLines("type: concatenate", [true, false])[1]).toBe("lstmForward(both.y, w.last, LAST)");
  });

  it("leave masked factors out", () => {
    expect(maskLines("type: multiply", [true, false])).toEqual([
      "multiplyForward([e0.y, e1.y], { masks: [e0.mask, undefined] })",
      "lstmForward(both.y, w.last, LAST)",
    ]);
  });

  it("follow one another along time; an input without one counts in full", () => {
    expect(maskLines("type: concatenate, axis: 1", [false, true])).toEqual([
      "{ ...concatenateForward([e0.y, e1.y], BOTH), mask: joinMasks([e0.y, e1.y], [undefined, e1.mask]) }",
      "lstmForward(both.y, w.last, LAST, { mask: both.mask })",
    ]);
  });
});
