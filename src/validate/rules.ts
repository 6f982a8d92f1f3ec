import type { Diagnostic } from "../diagnostic.ts";
import type { DiagnosticCode } from "../diagnostic-codes.ts";
import type { Source } from "../load/load.ts";
import { layerNames } from "../spec/names.ts";
import type { Layer, ModelSpec } from "../spec/types.ts";
import { isReservedName, isWindowsDevice } from "./reserved-names.ts";
import { TRAINING_RULES } from "./rules/training.ts";

type Report = (
  code: DiagnosticCode,
  pointer: string,
  message: string,
  fix: string,
  severity?: Diagnostic["severity"],
) => void;

export interface Checked {
  readonly spec: ModelSpec;
  readonly source: Source;
  readonly report: Report;
  /** Classes of the labels; undefined for a forecast. */
  readonly classes: number | undefined;
}

/** What the schema cannot say. Each rule is named by the sentence that it holds. */
const RULES: Readonly<Record<string, (checked: Checked) => void>> = {
  "a recurrent layer reads a sequence": ({ spec, source, report }) => {
    let sequence = true;
    for (const [index, layer] of spec.layers.entries()) {
      if (layer.type !== "lstm") continue;
      if (!sequence) {
        const before = spec.layers.findLastIndex((other, k) => k < index && other.type === "lstm");
        const line = source.position(`/layers/${before}`).line;
        report(
          "LC1201",
          `/layers/${index}`,
          `this ${layer.type} needs a sequence, but the layer before it gives the last timestep only`,
          `add \`returnSequences: true\` to the ${layer.type} in line ${line}`,
        );
      }
      sequence = layer.returnSequences === true;
    }
  },
  "the model ends in one vector per sample": ({ spec, report }) => {
    const lastLstm = spec.layers.findLastIndex(({ type }) => type === "lstm");
    const layer = spec.layers[lastLstm];
    if (layer === undefined) {
      report(
        "LC1202",
        "/layers",
        "no layer turns the sequence of timesteps into one vector",
        "add an lstm before the last dense layer",
      );
    } else if (layer.type === "lstm" && layer.returnSequences === true) {
      report(
        "LC1202",
        `/layers/${lastLstm}/returnSequences`,
        "the output is still a sequence, but each sample has one target",
        "remove `returnSequences` from the last lstm",
      );
    }
  },
  ...TRAINING_RULES,
  "names are unique and none is reserved": ({ spec, source, report }) => {
    if (isWindowsDevice(spec.name)) {
      report("LC1207", "/name", `\`${spec.name}\` cannot be a folder on Windows`, "choose another name");
    }
    const names = layerNames(spec.layers);
    for (const [index, name] of names.entries()) {
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
      } else if (isReservedName(name)) {
        report(
          "LC1207",
          `/layers/${index}/name`,
          `\`${name}\` has a meaning in the generated code`,
          "choose another name",
        );
      }
    }
  },
  "files stay inside the data folder": ({ spec, report }) => {
    for (const [key, value] of Object.entries(spec.dataset)) {
      if (!["path", "trainImages", "trainLabels", "testImages", "testLabels"].includes(key)) continue;
      const path = String(value);
      if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.split("/").includes("..")) {
        report(
          "LC1208",
          `/dataset/${key}`,
          "the path leaves the data folder",
          "give a path inside the folder that --data names",
        );
      }
    }
  },
  "the model fits into memory": ({ spec, report }) => {
    let features = inputFeatures(spec);
    const counts = spec.layers.map((layer) => {
      if (layer.type === "dropout") return 0;
      const gates = layer.type === "lstm" ? 4 : 1;
      const inputs = layer.type === "lstm" ? features + layer.units : features;
      features = layer.units;
      return gates * layer.units * (inputs + (layer.useBias === false ? 0 : 1));
    });
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total <= MAX_PARAMETERS) return;
    const largest = counts.indexOf(Math.max(...counts));
    const message = `the model has ${grouped(total)} parameters, ${grouped(counts[largest]!)} of them in this layer; at most ${grouped(MAX_PARAMETERS)} can be trained`;
    report("LC1209", `/layers/${largest}/units`, message, "use fewer units");
  },
  "a bias is no matrix": ({ spec, report }) => {
    for (const [index, layer] of spec.layers.entries()) {
      if (layer.type !== "dropout" && layer.biasInitializer === "orthogonal") {
        report(
          "LC1210",
          `/layers/${index}/biasInitializer`,
          "orthogonal makes matrices, but a bias is a vector",
          "use zeros",
        );
      }
    }
  },
  "pixels are scaled": ({ spec, report }) => {
    if (!("scale" in spec.dataset) || spec.dataset.scale !== 1) return;
    report(
      "LC2001",
      "/dataset",
      "pixels stay in 0..255, with which recurrent layers hardly learn",
      "add `scale: 255`",
      "warning",
    );
  },
  "recurrent activations are bounded": ({ spec, report }) => {
    for (const [index, layer] of spec.layers.entries()) {
      if (layer.type !== "lstm" || BOUNDED.has(layer.activation!)) continue;
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
  "the learning rate is moderate": ({ spec, report }) => {
    if (spec.optimizer.learningRate! <= 0.1) return;
    report(
      "LC2004",
      "/optimizer/learningRate",
      `a learning rate of ${spec.optimizer.learningRate} rarely converges`,
      "0.0001 to 0.01 is usual for adam",
      "warning",
    );
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
  for (const rule of Object.values(RULES)) rule({ spec, source, report, classes: classesOf(spec) });
  return diagnostics;
}

function classesOf({ dataset }: ModelSpec): number | undefined {
  switch (dataset.type) {
    case "mnist":
    case "digits":
      return 10;
    case "idx":
      return dataset.classes;
    case "text":
      return dataset.vocabularySize!;
    case "csv":
      return undefined;
  }
}

function inputFeatures({ dataset }: ModelSpec): number {
  switch (dataset.type) {
    case "mnist":
    case "digits":
      return 28;
    case "idx":
      return dataset.columns;
    case "text":
      return dataset.vocabularySize!;
    case "csv":
      return dataset.features?.length ?? 1;
  }
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
