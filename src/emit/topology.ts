import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { EmitContext } from "./context.ts";
import { literal } from "./text.ts";

/** The layers as the exported LayersModel describes them. */
export function describeLayers({ plan }: EmitContext): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "describeLayers",
    docs: [
      "The layers for the TensorFlow.js LayersModel that a run exports; weights are filled in from a flat record.",
    ],
    returnType: "LayerDescription[]",
    statements: (writer) => {
      writer.writeLine("return [");
      writer.indent(() => {
        for (const layer of plan.layers) writer.writeLine(`// ${literal(layer.name)}`);
      });
      writer.writeLine("];");
    },
  };
}
