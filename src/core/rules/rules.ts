import { counted } from "../../support/system/counted.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { size } from "../layers/definition.ts";
import { buildGraph, layerOptions } from "../layers/graph.ts";
import type { Source } from "../load/load.ts";
import { datasetInputs, datasetTargets } from "../sources/sources.ts";
import { isWindowsDevice, layerNames } from "../spec/names.ts";
import type { Layer, ModelSpec } from "../spec/types.ts";
import { ACTIVATION_RULES } from "./activation-rules.ts";
import { INITIALIZER_RULES } from "./initializer-rules.ts";
import { OPTIMIZER_RULES } from "./optimizer-rules.ts";
import type { Report, Rules } from "./rule.ts";
import { SOURCE_RULES } from "./source-rules.ts";
import { TRAINING_RULES } from "./training-rules.ts";

/** What the schema cannot say. Each rule is named by the sentence that it holds. */
const RULES: Rules = {
  ...OPTIMIZER_RULES,
  "the layers fit together": ({ graph, report }) => {
    for (const { code, pointer, message, fix } of graph.problems) report(code, pointer, message, fix);
  },
  "the model ends in one vector per sample, or per timestep where the targets do": (checked) => {
    const { spec, graph, targets, report } = checked;
    const output = graph.nodes.at(-1);
    if (output === undefined || graph.nodes.length < spec.layers.length) return;
    const isSequence = output.outputShape.length === 2;
    const recurrent = spec.layers.findLastIndex(
      (layer) => "returnSequences" in layer || layer.type === "bidirectional",
    );
    const layer = spec.layers[recurrent];
    if (targets.perTimestep) {
      const timesteps = targets.shape[0]!;
      if (!isSequence) {
        const message = `the targets have ${counted(timesteps, "timestep")}, but the output has none`;
        report(
          "LC1242",
          "/dataset/targets/timesteps",
          message,
          "add `returnSequences: true` to the last recurrent layer",
        );
      } else if (timesteps !== output.outputShape[0]) {
        const message = `the targets have ${counted(timesteps, "timestep")}, but the output has ${output.outputShape[0]}`;
        report("LC1242", "/dataset/targets/timesteps", message, `use \`timesteps: ${output.outputShape[0]}\``);
      }
    } else if (targets.kind === "labelSequence") {
      if (isSequence) return;
      const message = "labels are aligned with timesteps, but the output has none";
      const fix = "add `returnSequences: true` to the last recurrent layer";
      report("LC1243", recurrent < 0 ? "/layers" : `/layers/${recurrent}`, message, fix);
    } else if (isSequence && layer === undefined) {
      report(
        "LC1202",
        "/layers",
        "no layer turns the sequence of timesteps into one vector",
        "add an lstm before the last dense layer",
      );
    } else if (isSequence && layer !== undefined) {
      report(
        "LC1202",
        `/layers/${recurrent}/${"returnSequences" in layer ? "returnSequences" : "layer"}`,
        "the output is still a sequence, but each sample has one target",
        `remove \`returnSequences\` from the last ${layer.type}`,
      );
    }
  },
  ...TRAINING_RULES,
  ...ACTIVATION_RULES,
  "stateful layers see the samples in their order": ({ spec, source, report }) => {
    if (spec.training.shuffle === false) return;
    const given = "shuffle" in (source.value as { training: object }).training;
    for (const [index, layer] of spec.layers.entries()) {
      const wrapped = layer.type === "bidirectional";
      const recurrent = wrapped ? layer.layer : layer;
      if (!("stateful" in recurrent) || recurrent.stateful !== true) continue;
      report(
        "LC1215",
        `/layers/${index}/${wrapped ? "layer/" : ""}stateful`,
        "a stateful layer continues where the batch before it ended, but the samples are shuffled",
        `${given ? "use" : "add"} \`shuffle: false\`${given ? "" : " to training"}`,
      );
    }
  },
  "names are unique, and the model's can be a folder": ({ spec, source, inputs, report }) => {
    if (isWindowsDevice(spec.name)) {
      report("LC1207", "/name", `\`${spec.name}\` cannot be a folder on Windows`, "choose another name");
    }
    const names = layerNames(spec.layers);
    for (const [index, name] of names.entries()) {
      if (inputs.some((input) => input.name === name)) {
        const named = spec.layers[index]!.name !== undefined;
        const message = `the layer and an input are both named \`${name}\``;
        report("LC1207", `/layers/${index}${named ? "/name" : ""}`, message, "choose another name");
        continue;
      }
      if (spec.layers[index]!.name === undefined) continue;
      const first = names.indexOf(name);
      const other = first === index ? names.lastIndexOf(name) : first;
      if (other !== index) {
        const line = source.position(`/layers/${other}`).line;
        report(
          "LC1207",
          `/layers/${index}/name`,
          `the layer in line ${line} is named \`${name}\` too`,
          "choose another name",
        );
      }
    }
  },
  ...SOURCE_RULES,
  "the model fits into memory": ({ spec, graph, report }) => {
    if (graph.nodes.length < spec.layers.length) return;
    const counts = graph.nodes.map(({ layer, definition, inputShapes }) =>
      definition.parameters(layerOptions(layer), inputShapes).reduce((sum, { shape }) => sum + size(shape), 0),
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total <= MAX_PARAMETERS) return;
    const largest = counts.indexOf(Math.max(...counts));
    const message = `the model has ${grouped(total)} parameters, ${grouped(counts[largest]!)} of them in this layer; at most ${grouped(MAX_PARAMETERS)} can be trained`;
    report(
      "LC1209",
      `/layers/${largest}${"units" in spec.layers[largest]! ? "/units" : ""}`,
      message,
      "use fewer units",
    );
  },
  ...INITIALIZER_RULES,
  "recurrent activations are bounded": ({ spec, report }) => {
    for (const [index, layer] of spec.layers.entries()) {
      if (!("returnSequences" in layer) || BOUNDED.has(layer.activation!)) continue;
      report(
        "LC2002",
        `/layers/${index}/activation`,
        `${layer.activation} is unbounded: in a recurrent layer the loss can become infinite`,
        "keep the learning rate low, or use tanh",
        "warning",
      );
    }
  },
  "dropout leaves enough": ({ spec, report }) => {
    for (const [index, layer] of spec.layers.entries()) {
      if (layer.type !== "dropout" || layer.rate < 0.8) continue;
      report(
        "LC2003",
        `/layers/${index}/rate`,
        `dropout of ${layer.rate} leaves little to learn from`,
        "0.1 to 0.5 is usual",
        "warning",
      );
    }
  },
  "softmax stands last": ({ spec, report }) => {
    const last = spec.layers.findLastIndex(({ type }) => type !== "dropout");
    for (const [index, layer] of spec.layers.entries()) {
      if (layer.type !== "dense" || layer.activation !== "softmax" || index === last) continue;
      report(
        "LC2005",
        `/layers/${index}/activation`,
        "softmax inside a model lets little information through",
        "use relu or tanh",
        "warning",
      );
    }
  },
};

export function checkRules(spec: ModelSpec, source: Source): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, pointer, message, fix, severity = "error") => {
    const { line, column, ...range } = source.position(pointer);
    diagnostics.push({ code, severity, file: source.file, range, line, column, message, fix });
  };
  const inputs = datasetInputs(spec.dataset);
  const targets = datasetTargets(spec.dataset);
  const graph = buildGraph(spec, (index) => source.position(`/layers/${index}`).line);
  for (const rule of Object.values(RULES)) rule({ spec, source, report, graph, inputs, targets });
  return diagnostics;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

const MAX_PARAMETERS = 1_000_000_000;

const BOUNDED: ReadonlySet<Extract<Layer, { type: "lstm" }>["activation"]> = new Set([
  "tanh",
  "sigmoid",
  "hardSigmoid",
  "softsign",
]);
