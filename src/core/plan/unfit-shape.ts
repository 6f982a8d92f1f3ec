import type { Change } from "../edits.ts";
import { layerDefinition } from "../layers/layers.ts";
import { hasFrames, kindOfShape, type ShapeKind, size } from "../spec/shapes.ts";
import type { Layer, ModelSpec } from "../spec/types.ts";
import type { GraphNode, Reporter, Value } from "./graph.ts";
import { isRecurrent } from "./parts.ts";

/** Shapes that a layer of a kind reads, where it does not read all. */
const READS: Readonly<Record<GraphNode["definition"]["reads"], readonly ShapeKind[]>> = {
  ids: ["vector"],
  vector: ["vector"],
  sequence: ["sequence"],
  vectors: ["vector", "sequence"],
  frames: ["frames"],
  any: ["vector", "sequence", "frame", "frames"],
};

/** What to report where a layer does not read values of this shape. */
export function unfitShape(
  layer: Layer,
  source: string,
  value: Value,
  spec: ModelSpec,
  line: (index: number) => number,
): Parameters<Reporter> | undefined {
  const shape = value.shape!;
  const { reads } = layerDefinition(layer.type);
  if (READS[reads].includes(kindOfShape(shape))) return undefined;
  if (reads === "frames") return ["LC1201", undefined, ...needsFrames(layer, source, value, spec, line)];
  if (hasFrames(shape)) {
    const wanted = reads === "vector" ? "one vector per sample" : "vectors";
    const message = `${layer.type} reads ${wanted}, but \`${source}\` has frames, [${shape.join(", ")}]`;
    const [timesteps, ...frame] = shape;
    const fix =
      reads === "vector" || kindOfShape(shape) === "frame"
        ? "add a flatten layer before it"
        : `add a reshape layer before it, with \`targetShape: [${timesteps}, ${size(frame)}]\``;
    return ["LC1213", undefined, message, fix];
  }
  if (reads === "sequence") return ["LC1201", undefined, ...needsSequence(layer, source, value, spec, line)];
  const message = `${layer.type} reads one vector per sample, but \`${source}\` is a sequence`;
  return ["LC1213", undefined, message, "remove `returnSequences` before it, or add a flatten layer"];
}

/** How a recurrent layer before this one gives what is missing, where it keeps it to itself. */
function lastOnly(
  layer: Layer,
  needed: string,
  { index }: Value,
  spec: ModelSpec,
  line: (index: number) => number,
): [message: string, fix: string, change?: Change] | undefined {
  // Dropout and the like hand on what a recurrent layer before them gives.
  let culprit = index;
  while (culprit > 0 && spec.layers[culprit]!.inputs === undefined && !isRecurrent(spec.layers[culprit]!)) culprit--;
  const before = spec.layers[culprit];
  if (before === undefined || !isRecurrent(before)) return undefined;
  return [
    `this ${layer.type} needs ${needed}, but the layer before it gives the last timestep only`,
    `add \`returnSequences: true\` to the ${before.type} in line ${line(culprit)}`,
    { pointer: `/layers/${culprit}${"layer" in before ? "/layer" : ""}/returnSequences`, value: true },
  ];
}

function needsSequence(
  layer: Layer,
  source: string,
  value: Value,
  spec: ModelSpec,
  line: (index: number) => number,
): [message: string, fix: string, change?: Change] {
  return (
    lastOnly(layer, "a sequence", value, spec, line) ?? [
      `this ${layer.type} needs a sequence, but \`${source}\` is one vector per sample`,
      "add a repeatVector or reshape layer before it",
    ]
  );
}

function needsFrames(
  layer: Layer,
  source: string,
  value: Value,
  spec: ModelSpec,
  line: (index: number) => number,
): [message: string, fix: string, change?: Change] {
  const shape = value.shape!;
  const last = kindOfShape(shape) === "frame" ? lastOnly(layer, "a sequence of frames", value, spec, line) : undefined;
  return (
    last ?? [
      `this ${layer.type} needs frames, [timesteps, rows, columns, channels], but a sample of \`${source}\` is [${shape.join(", ")}]`,
      "add a reshape layer before it, or give the input such a shape",
    ]
  );
}
