import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";

/** The class name as Keras spells it in paths: "LSTM" → "lstm", "SimpleRNN" → "simple_rnn", "Conv1D" → "conv1d". */
export function classPath(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Nodes of the graph: inputs, layers, and the operations by which Keras computes masks. */
interface GraphNode {
  readonly inputs: readonly string[];
}

/**
 * The inputs and layers in the order of Keras's `model.layers`, by which .weights.h5 files number layers of one class: by depth from
 * the output, and in one depth by the walk from the output back to the inputs (keras/src/ops/function.py, map_graph).
 */
export function kerasOrder(plan: Plan, { masks = true } = {}): string[] {
  const nodes = masks ? graphWithMasks(plan) : plainGraph(plan);
  const indices = new Map<string, number>();
  const finished: string[] = [];
  const walk = (name: string): void => {
    if (indices.has(name)) return;
    indices.set(name, indices.size);
    for (const input of nodes.get(name)!.inputs) walk(input);
    finished.push(name);
  };
  walk(plan.layers.at(-1)!.name);
  const depths = new Map<string, number>();
  for (const name of finished.toReversed()) {
    const depth = depths.get(name) ?? 0;
    depths.set(name, depth);
    for (const input of nodes.get(name)!.inputs) depths.set(input, Math.max(depth + 1, depths.get(input) ?? 0));
  }
  return finished
    .filter((name) => !name.includes("/"))
    .sort((a, b) => depths.get(b)! - depths.get(a)! || indices.get(a)! - indices.get(b)!);
}

function plainGraph(plan: Plan): Map<string, GraphNode> {
  const inputs = plan.dataset.inputs.map(({ name }) => ({ name, inputs: [] }));
  return new Map([...inputs, ...plan.layers].map((node): [string, GraphNode] => [node.name, node]));
}

function graphWithMasks(plan: Plan): Map<string, GraphNode> {
  const nodes = new Map<string, GraphNode>(plan.dataset.inputs.map(({ name }) => [name, { inputs: [] }]));
  for (const layer of plan.layers) {
    const { takesMask, maskOperations = 1 } = layerDefinition(layer.type).keras;
    if (layer.outputMask === layer.name) {
      let [source] = layer.inputs;
      for (let k = 1; k < maskOperations; k++) {
        const operation = `${layer.name}/operation${k}`;
        nodes.set(operation, { inputs: [source!] });
        source = operation;
      }
      nodes.set(`${layer.name}/mask`, { inputs: [source!] });
    }
    // Only layers that take a mask as an argument are called with it.
    const masks = takesMask ? layer.inputMasks.flatMap((mask) => (mask === undefined ? [] : [`${mask}/mask`])) : [];
    nodes.set(layer.name, { inputs: [...layer.inputs, ...masks] });
  }
  return nodes;
}

/** Where the weights of each layer stand in a .weights.h5 file: layers/<class>_<number>. Keras 2 has no operations for masks. */
export function kerasGroups(plan: Plan, options: { masks?: boolean } = {}): ReadonlyMap<string, string> {
  const classes = new Map(plan.layers.map(({ name, type }) => [name, layerDefinition(type).keras.className]));
  const counts = new Map<string, number>();
  return new Map(
    kerasOrder(plan, options).map((name) => {
      const path = classPath(classes.get(name) ?? "InputLayer");
      const count = counts.get(path) ?? 0;
      counts.set(path, count + 1);
      return [name, count === 0 ? path : `${path}_${count}`];
    }),
  );
}

/** Paths of a layer's weights inside its group, in the order of the plan's parameters. */
export function kerasWeightPaths({ type, parameters }: LayerPlan): string[] {
  const names = parameters.map(({ name }) => name);
  return layerDefinition(type).keras.weightPaths?.(names) ?? names.map((_, k) => `vars/${k}`);
}
