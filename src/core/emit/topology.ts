import { callOptions, serializeLayer } from "../formats/keras/config.ts";
import { snakeCase } from "../formats/keras/names.ts";
import type { LayerPlan, Plan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { layersModelWarnings } from "./layers-model-warnings.ts";
import { dataLiteral, header } from "./text.ts";
import { printFile } from "./write.ts";

/** topology.ts: the model as a TensorFlow.js LayersModel describes it, for the export at the end of a run. */
export function emitTopology(context: EmitContext): string {
  const { plan } = context;
  const warnings = layersModelWarnings(plan);
  return printFile([
    header(context),
    "//",
    "// The model as tf.loadLayersModel reads it: what a run writes into model/model.json beside the weights.",
    'import type { LayersTopology } from "./support/run/layers-model.ts";',
    (writer) => {
      writer.blankLine().writeLine("export const TOPOLOGY: LayersTopology = {");
      writer.indent(() => {
        writer.writeLine(`class_name: ${dataLiteral(isChain(plan) ? "Sequential" : "Functional")},`);
        writer.writeLine(`name: ${dataLiteral(plan.name)},`);
        writer.writeLine("layers: [");
        writer.indent(() => {
          for (const input of serializedInputs(plan)) writer.writeLine(`${dataLiteral(input)},`);
          for (const layer of plan.layers) {
            writer.writeLine(`// ${specLine(context, layer.specLine)}`);
            writer.writeLine(`${dataLiteral(serialized(plan, layer))},`);
          }
        });
        writer.writeLine("],");
        if (!isChain(plan)) {
          writer.writeLine(`input_layers: ${dataLiteral(plan.dataset.inputs.map(({ name }) => [name, 0, 0]))},`);
          writer.writeLine(`output_layers: ${dataLiteral([[plan.layers.at(-1)!.name, 0, 0]])},`);
        }
        writer.writeLine("// Each weight as this program names it, and as TensorFlow.js does");
        writer.writeLine("weights: [");
        writer.indent(() => {
          for (const pair of plan.layers.flatMap(weightNames)) writer.writeLine(`${dataLiteral(pair)},`);
        });
        writer.writeLine("],");
        writer.writeLine("// What TensorFlow.js cannot load, or computes differently");
        writer.writeLine(warnings.length === 0 ? "warnings: []," : "warnings: [");
        if (warnings.length > 0) {
          writer.indent(() => {
            for (const warning of warnings) writer.writeLine(`${dataLiteral(warning)},`);
          });
          writer.writeLine("],");
        }
      });
      writer.writeLine("};");
    },
  ]);
}

/** Whether the layers are a chain from the only input: a Sequential model. */
export function isChain({ dataset, layers }: Plan): boolean {
  const before = [dataset.inputs[0]!.name, ...layers.map(({ name }) => name)];
  return (
    dataset.inputs.length === 1 &&
    layers.every(({ inputs }, index) => inputs.length === 1 && inputs[0] === before[index])
  );
}

function serializedInputs(plan: Plan): object[] {
  return plan.dataset.inputs.map(({ name, shape, kind }) => {
    const config = {
      name,
      batch_input_shape: [null, ...shape],
      dtype: kind === "ids" ? "int32" : "float32",
      sparse: false,
    };
    return isChain(plan)
      ? { class_name: "InputLayer", config }
      : { name, class_name: "InputLayer", config, inbound_nodes: [] };
  });
}

function serialized(plan: Plan, layer: LayerPlan): object {
  const { class_name, config } = serializeLayer(layer, "tfjs");
  if (isChain(plan)) return { class_name, config };
  const inbound = layer.inputs.map((input) => [input, 0, 0, callOptions(layer)]);
  return { name: layer.name, class_name, config, inbound_nodes: [inbound] };
}

function weightNames(layer: LayerPlan): [ours: string, theirs: string][] {
  return layer.parameters.map(({ name }) => [`${layer.name}/${name}`, tfjsName(layer, name)]);
}

/** tf.layers names the weights of a layer that runs in both directions by the layer inside. */
function tfjsName({ name: layer, options }: LayerPlan, weight: string): string {
  const path = weight.split("/");
  const leaf = snakeCase(path.at(-1)!);
  if (path.length === 1) return `${layer}/${leaf}`;
  const inner = `${layer}_${snakeCase((options as { layer: { type: string } }).layer.type)}`;
  return `${layer}/${path[0]}_${inner}/${leaf}`;
}
