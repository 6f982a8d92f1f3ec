import { counted } from "../../support/system/counted.ts";
import type { Change } from "../edits.ts";
import { layerDefinition } from "../layers/layers.ts";
import { isCell, isStateful, outputActivation } from "../plan/parts.ts";
import { isBounded, RANGES } from "../spec/activations.ts";
import { hasFrames, isSequence as isSequenceShape } from "../spec/shapes.ts";
import type { Activation } from "../spec/types.ts";
import { definitionOfTargets } from "../tasks/targets.ts";
import type { Checked, Rules } from "./rule.ts";

/** The rules of layers: each in its place, and what is unusual of one alone. */
export const LAYER_RULES: Rules = {
  "the layers fit together": ({ problems, report }) => {
    for (const { code, pointer, message, fix, change } of problems)
      report(code, pointer, message, fix, "error", change && [change]);
  },
  "the model ends in one vector per sample, or per timestep where the targets do": (checked) => {
    const { spec, output, targets, report } = checked;
    if (output === undefined) return;
    if (hasFrames(output.outputShape)) {
      const message = `the output still has frames, [${output.outputShape.join(", ")}]`;
      const fix = "add a flatten layer, or a reshape layer to [timesteps, features], before the last dense layer";
      report("LC1202", "/layers", message, fix);
      return;
    }
    const isSequence = isSequenceShape(output.outputShape);
    const recurrent = lastRecurrent(checked);
    if (targets.perTimestep) {
      const timesteps = targets.shape[0]!;
      if (!isSequence) {
        const message = `the targets have ${counted(timesteps, "timestep")}, but the output has none`;
        const fix = "add `returnSequences: true` to the last recurrent layer";
        report("LC1242", "/dataset/targets/timesteps", message, fix, "error", sequences(recurrent?.pointer));
      } else if (timesteps !== output.outputShape[0]) {
        const [found] = output.outputShape;
        const message = `the targets have ${counted(timesteps, "timestep")}, but the output has ${found}`;
        const changes = [{ pointer: "/dataset/targets/timesteps", value: found! }];
        report("LC1242", "/dataset/targets/timesteps", message, `use \`timesteps: ${found}\``, "error", changes);
      }
    } else if (definitionOfTargets(targets).isAligned) {
      if (isSequence) return;
      const message = "labels are aligned with timesteps, but the output has none";
      const fix = "add `returnSequences: true` to the last recurrent layer";
      const pointer = recurrent === undefined ? "/layers" : `/layers/${recurrent.index}`;
      report("LC1243", pointer, message, fix, "error", sequences(recurrent?.pointer));
    } else if (isSequence && recurrent === undefined) {
      const message = "no layer turns the sequence of timesteps into one vector";
      report("LC1202", "/layers", message, "add an lstm before the last dense layer");
    } else if (isSequence && recurrent !== undefined) {
      const message = "the output is still a sequence, but each sample has one target";
      const fix = `remove \`returnSequences\` from the last ${spec.layers[recurrent.index]!.type}`;
      report("LC1202", `${recurrent.pointer}/returnSequences`, message, fix);
    }
  },
  "stateful layers see the samples in their order": ({ spec, source, parts, report }) => {
    if (spec.training.shuffle === false) return;
    const given = "shuffle" in (source.value as { training: object }).training;
    for (const { layer, pointer } of parts) {
      if (!isStateful(layer)) continue;
      const message = "a stateful layer continues where the batch before it ended, but the samples are shuffled";
      const fix = `${given ? "use" : "add"} \`shuffle: false\`${given ? "" : " to training"}`;
      const changes = [{ pointer: "/training/shuffle", value: false }];
      report("LC1215", `${pointer}/stateful`, message, fix, "error", changes);
    }
  },
  "stateful layers read one series": ({ dataset, parts, report }) => {
    if (!("series" in dataset) || dataset.series.length === 0) return;
    for (const { layer, pointer } of parts) {
      if (!isStateful(layer)) continue;
      const message = "a stateful layer would carry the state of one series into another";
      report("LC1215", `${pointer}/stateful`, message, "remove `stateful`, or train on one series");
    }
  },
  "the model fits into memory": ({ layers, output, parts, report }) => {
    if (output === undefined) return;
    const counts = layers.map((layer) => layer!.parameterCount);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total <= MAX_PARAMETERS) return;
    const largest = counts.indexOf(Math.max(...counts));
    const message = `the model has ${grouped(total)} parameters, ${grouped(counts[largest]!)} of them in this layer; at most ${grouped(MAX_PARAMETERS)} can be trained`;
    const { layer, pointer } = parts[largest]!;
    const key = (["units", "filters", "outputDim"] as const).find((name) => name in layer);
    const fix = key === "outputDim" ? "use a smaller `outputDim`" : `use fewer ${key ?? "units"}`;
    report("LC1209", key === undefined ? pointer : `${pointer}/${key}`, message, fix);
  },
  "recurrent activations are bounded": ({ parts, report }) => {
    for (const { layer, pointer } of parts) {
      if (!isCell(layer)) continue;
      for (const key of ["activation", "recurrentActivation"] as const) {
        const activation = (layer as { readonly [K in typeof key]?: Activation })[key];
        if (activation === undefined || isBounded(RANGES[activation])) continue;
        const message = `${activation} is unbounded: in a recurrent layer the loss can become infinite`;
        const fix = `keep the learning rate low, or use ${key === "activation" ? "tanh" : "sigmoid"}`;
        report("LC2002", `${pointer}/${key}`, message, fix, "warning");
      }
    }
  },
  "dropout leaves enough": ({ parts, report }) => {
    for (const { layer, pointer } of parts) {
      for (const key of ["rate", "dropout", "recurrentDropout"]) {
        const rate = (layer as unknown as Readonly<Record<string, number | undefined>>)[key];
        if (rate === undefined || rate < 0.8) continue;
        const message = `dropout of ${rate} leaves little to learn from`;
        report("LC2003", `${pointer}/${key}`, message, "0.1 to 0.5 is usual", "warning");
      }
    }
  },
  "softmax stands last": ({ parts, outputValues, report }) => {
    const last = outputValues?.index ?? parts.findLastIndex(({ layer }) => !layerDefinition(layer.type).isNoise);
    for (const { layer, index, pointer } of parts) {
      // Without units of its own, a layer may make shares of attention.
      if (!("units" in layer) || outputActivation(layer) !== "softmax" || index === last) continue;
      const message = "softmax inside a model lets little information through";
      report("LC2005", `${pointer}/activation`, message, "use relu or tanh", "warning");
    }
  },
};

function lastRecurrent({ parts }: Checked): Checked["parts"][number] | undefined {
  return parts.findLast(({ layer }) => isCell(layer));
}

/** The layer at a pointer returns its sequence. */
function sequences(pointer: string | undefined): Change[] {
  return pointer === undefined ? [] : [{ pointer: `${pointer}/returnSequences`, value: true }];
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

const MAX_PARAMETERS = 1_000_000_000;
