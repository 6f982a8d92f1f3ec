import type { WriterFunction } from "ts-morph";
import { layersTopology } from "../formats/layersmodel/topology.ts";
import { type EmitContext, specLine } from "./context.ts";
import { batchShape, dataLiteral, header, literal } from "./text.ts";
import { printFile } from "./write.ts";

/** topology.ts: the layers by name, and the model as a TensorFlow.js LayersModel describes it, for the export at the end of a run. */
export function emitTopology(context: EmitContext): string {
  const { plan } = context;
  const { class_name, name, layers, input_layers, output_layers, weights, warnings } = layersTopology(plan);
  const inputs = layers.length - plan.layers.length;
  return printFile([
    header(context),
    "//",
    "// The layers, and the model as tf.loadLayersModel reads it: what a run writes into model/model.json beside the weights.",
    'import type { LayersTopology } from "./support/run/layers-model.ts";',
    layerTable(context),
    (writer) => {
      writer.writeLine("export const TOPOLOGY: LayersTopology = {");
      writer.indent(() => {
        writer.writeLine(`class_name: ${dataLiteral(class_name)},`);
        writer.writeLine(`name: ${dataLiteral(name)},`);
        writer.writeLine("layers: [");
        writer.indent(() => {
          for (const [index, layer] of layers.entries()) {
            if (index >= inputs) writer.writeLine(`// ${specLine(context, plan.layers[index - inputs]!.specLine)}`);
            writer.writeLine(`${dataLiteral(layer)},`);
          }
        });
        writer.writeLine("],");
        if (input_layers !== undefined) writer.writeLine(`input_layers: ${dataLiteral(input_layers)},`);
        if (output_layers !== undefined) writer.writeLine(`output_layers: ${dataLiteral(output_layers)},`);
        writer.writeLine("// Each weight as this program names it, and as TensorFlow.js does");
        writer.writeLine("weights: [");
        writer.indent(() => {
          for (const pair of weights) writer.writeLine(`${dataLiteral(pair)},`);
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

function layerTable(context: EmitContext): WriterFunction {
  return (writer) => {
    writer.blankLine().writeLine("/** The layers, for reports and messages. */");
    writer.writeLine("export const LAYERS = [");
    writer.indent(() => {
      for (const layer of context.plan.layers) {
        writer.writeLine(
          `{ name: ${literal(layer.name)}, type: ${literal(layer.type)}, outputShape: ${literal(batchShape(layer.outputShape))}, parameters: ${literal(layer.parameterCount)}, specLine: ${layer.specLine} },`,
        );
      }
    });
    writer.writeLine("] as const;").newLine();
  };
}
