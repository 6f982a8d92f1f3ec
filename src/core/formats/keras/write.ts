import { zipSync } from "fflate";
import type { SavedTensors } from "../../../support/run/checkpoint.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";
import { isChain } from "../chain.ts";
import type { ModelHost, TrainedModel } from "../format.ts";
import type { FileTensor } from "../hdf5/tree.ts";
import { callOptions, KERAS_3, serializeLayer } from "./config.ts";
import { kerasGroups, kerasWeightPaths } from "./order.ts";

/** The version of Keras whose format this is. */
const KERAS_VERSION = "3.15.1";

/** model.weights.h5 as `model.load_weights` reads it. */
export async function kerasWeights(plan: Plan, weights: SavedTensors, host: ModelHost): Promise<Uint8Array> {
  const groups: { path: string; name?: string }[] = [];
  const tensors: FileTensor[] = [];
  const layers = new Map(plan.layers.map((layer) => [layer.name, layer]));
  for (const [name, group] of kerasGroups(plan)) {
    const path = `layers/${group}`;
    groups.push({ path: `${path}/vars`, name });
    const layer = layers.get(name);
    if (layer === undefined) continue;
    for (const [index, inner] of kerasWeightPaths(layer).entries()) {
      const { shape, values } = weights[`${name}/${layer.parameters[index]!.name}`]!;
      tensors.push({ name: `${path}/${inner}`, shape, values });
    }
  }
  return host.writeHdf5([...groups, { path: "vars" }], tensors);
}

/**
 * A .keras archive as `keras.models.load_model` reads it. The model is not compiled: the spec has loss and optimizer. What was fitted to
 * the training rows stands in metadata.json, where Keras does not look.
 */
export async function kerasArchive({ plan, weights, fitted }: TrainedModel, host: ModelHost): Promise<Uint8Array> {
  const text = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const stored = { level: 0, mtime: new Date(1980, 0, 1) } as const; // no time of writing but those inside the HDF5 file
  return zipSync({
    "metadata.json": [
      text({
        keras_version: KERAS_VERSION,
        date_saved: "1980-01-01@00:00:00",
        ...(fitted === undefined ? {} : { lstm_compile: { fitted } }),
      }),
      stored,
    ],
    "config.json": [text(kerasConfig(plan)), stored],
    "model.weights.h5": [await kerasWeights(plan, weights, host), stored],
  });
}

/** config.json of an archive. */
export function kerasConfig(plan: Plan): object {
  const inputs = plan.dataset.inputs.map((input) => ({
    module: "keras.layers",
    class_name: "InputLayer",
    config: {
      batch_shape: [null, ...input.shape],
      dtype: input.kind === "ids" ? "int32" : "float32",
      sparse: false,
      name: input.name,
    },
    registered_name: null,
  }));
  const layers = plan.layers.map((layer) => ({ module: "keras.layers", ...kerasLayer(layer), registered_name: null }));
  if (isChain(plan)) {
    const config = { name: plan.name, trainable: true, layers: [...inputs, ...layers] };
    return { module: "keras", class_name: "Sequential", config, registered_name: null };
  }
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: plan.name,
      trainable: true,
      layers: [
        ...inputs.map((input) => ({ ...input, name: input.config.name, inbound_nodes: [] })),
        ...layers.map((layer, index) => {
          const node = plan.layers[index]!;
          return {
            ...layer,
            name: node.name,
            inbound_nodes: [{ args: [callArguments(node)], kwargs: callOptions(node) }],
          };
        }),
      ],
      input_layers: plan.dataset.inputs.map(({ name }) => [name, 0, 0]),
      output_layers: [[plan.layers.at(-1)!.name, 0, 0]],
    },
    registered_name: "Functional",
  };
}

/** The layers inside wrappers state their module too. */
function kerasLayer(layer: LayerPlan): object {
  const { class_name, config } = serializeLayer(layer, KERAS_3);
  const inner = config.layer as object | undefined;
  const wrapped = inner && { layer: { module: "keras.layers", ...inner, registered_name: null } };
  return { class_name, config: { ...config, ...wrapped } };
}

function callArguments({ inputs, inputShapes }: LayerPlan): unknown {
  const tensors = inputs.map((name, index) => ({
    class_name: "__keras_tensor__",
    config: { shape: [null, ...inputShapes[index]!], dtype: "float32", keras_history: [name, 0, 0] },
  }));
  return tensors.length === 1 ? tensors[0] : tensors;
}

/** What Keras 3 computes differently in an exported model. */
export function kerasWarnings(plan: Plan): string[] {
  const warnings = plan.layers.flatMap(({ name, options }) => {
    const text = JSON.stringify(options);
    return [
      ...(text.includes('"hardSigmoid02"')
        ? [`${name}: loaded in Keras 3, hard_sigmoid is relu6(x + 3) / 6, not clip(0.2 x + 0.5, 0, 1) as trained`]
        : []),
      ...(text.includes('"geluNew"')
        ? [`${name}: loaded in Keras, gelu is the exact one, not its approximation with tanh as trained`]
        : []),
      ...(text.includes('"stateful":true') ? [`${name}: exported with stateful=False`] : []),
    ];
  });
  return warnings;
}
