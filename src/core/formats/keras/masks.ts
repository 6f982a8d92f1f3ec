import type { GraphNode } from "../../plan/graph.ts";
import { type Field, refuse, shortText } from "../field.ts";
import { aliasOf } from "./classes.ts";
import type { KerasModel } from "./described.ts";
import { type FileGraph, type FileNode, titleOf } from "./graph.ts";
import { producersOf } from "./references.ts";
import type { SpecNames } from "./spec-names.ts";

/**
 * Compares the masks with which the layers of a file were called with those that the spec's layers hand on. Keras 3 writes every mask as
 * the operations that compute it; before, a mask stands in the file only where somebody has passed one.
 * @throws UserError (exit code 2) for a mask that no spec can say
 */
export function checkMasks(graph: FileGraph, names: SpecNames, nodes: readonly GraphNode[], file: KerasModel): void {
  const built = new Map(nodes.map((node) => [node.name, node]));
  for (const node of graph.nodes) {
    const mask = node.call.at("mask");
    const isMasked = built.get(names.of(node.name))?.inputMasks.some((maker) => maker !== undefined) === true;
    if (aliasOf(node.className)?.alias.usesMask && isMasked) {
      refuse(
        file.path,
        `${titleOf(node)} takes a mask with its input, by which Keras changes its numbers (${node.config.place})`,
        "use an Activation layer with softmax, which has none",
      );
    }
    if (!mask.isGiven) continue;
    const found = file.dialect === "keras3" ? origins(mask, graph, names) : undefined;
    const here = built.get(names.of(node.name));
    const wanted = new Set(here?.inputMasks.flatMap((maker) => [...makersInputs(maker, built)]));
    const fits =
      found !== undefined && [...wanted].every((name) => found.has(name)) && (wanted.size > 0 || found.size === 0);
    if (!fits && (found === undefined || found.size > 0)) {
      refuse(
        file.path,
        `${titleOf(node)} is called with a mask of its own, not with that of ${shortText(node.inputs.join(", "))} (${mask.place})`,
        "no spec can say that: rebuild the model without it",
      );
    }
  }
}

/** The inputs and layers, by their names in the spec, from which the operations of a file compute a mask. */
function origins(mask: Field, graph: FileGraph, names: SpecNames): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const layers = new Set<FileNode | undefined>(graph.nodes);
  const pending = producersOf(mask);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const operation = graph.all.get(name);
    if (operation === undefined || operation.className === "InputLayer" || layers.has(operation)) {
      found.add(names.find(name) ?? name);
    } else pending.push(...operation.inputs);
  }
  return found;
}

/** What the layers that begin a mask read: a masking or an embedding layer, or those before a layer that joins masks. */
function makersInputs(maker: string | undefined, built: ReadonlyMap<string, GraphNode>): Set<string> {
  const node = maker === undefined ? undefined : built.get(maker);
  if (node === undefined) return new Set();
  if (node.definition.mask === "makes") return new Set(node.inputs);
  return new Set(node.inputMasks.flatMap((mask) => [...(mask === maker ? [] : makersInputs(mask, built))]));
}
