import { describe, expect, it } from "vitest";
import { Field } from "../../../../src/core/formats/field.ts";
import {
  callOptions,
  KERAS_3,
  type SerializedLayer,
  serializeLayer,
} from "../../../../src/core/formats/keras/config.ts";
import { layerSpec } from "../../../../src/core/formats/keras/options.ts";
import { layersModelLayer } from "../../../../src/core/formats/layersmodel/layer.ts";
import type { Dialect } from "../../../../src/core/layers/exchange.ts";
import type { LayerPlan } from "../../../../src/core/plan/types.ts";
import { compile } from "../../../../src/node.ts";
import { CASES, type Case, specOf } from "../../layers/programs.ts";

/** What a file cannot say, or says as another function of the same name (docs/models.md), or says in other numbers: axes. */
const LOSSY: Readonly<Record<string, RegExp>> = { keras3: /hardSigmoid02|geluNew/, tfjs: /"hardSigmoid"|"axes":\[-/ };

function planned(spec: object): readonly LayerPlan[] {
  const { program, diagnostics } = compile(JSON.stringify(spec));
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return program.plan.layers;
}

/** The layers of a case, each as it is read of what is written of it. */
function readBack(
  of: Case,
  layers: readonly LayerPlan[],
  dialect: Dialect,
  write: (layer: LayerPlan) => SerializedLayer,
): readonly LayerPlan[] {
  const read = layers.map((layer) => {
    const { class_name: className, config } = JSON.parse(JSON.stringify(write(layer))) as SerializedLayer;
    const { name, inputs, inputShapes } = layer;
    const inputShape = inputShapes[0];
    const node = {
      ...{ name, className, inputShape, shape: () => inputShape },
      config: new Field("a file", "config", config),
      call: new Field("a file", "call", callOptions(layer)),
    };
    return { ...layerSpec(node, { path: "a file", dialect, notExpressed: () => undefined }), name, inputs };
  });
  return planned({ ...specOf(of), layers: read });
}

describe("a layer is read as it was written", () => {
  it.each<[Dialect, string, (layer: LayerPlan) => SerializedLayer]>([
    ["keras3", "a Keras archive", (layer) => serializeLayer(layer, KERAS_3)],
    ["tfjs", "a LayersModel", layersModelLayer],
  ])("%s: %s", (dialect, _, write) => {
    const cases = CASES.filter((one) => !LOSSY[dialect]!.test(JSON.stringify(one)));
    expect(cases.length).toBeGreaterThan(200);
    const options = (layers: readonly LayerPlan[]): object =>
      Object.fromEntries(layers.map((layer) => [layer.name, [layer.type, layer.options, layer.trainable]]));
    for (const one of cases) {
      const layers = planned(specOf(one));
      expect(options(readBack(one, layers, dialect, write)), one.name).toEqual(options(layers));
    }
  });
});
