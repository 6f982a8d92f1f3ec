import type { CodeBlockWriter, WriterFunction } from "ts-morph";
import type { LayerPlan, Plan } from "../plan/types.ts";
import { specLine } from "./context.ts";
import { kernels } from "./imports.ts";
import { layerCall } from "./layers/call.ts";
import { directionsOf } from "./layers/lines.ts";
import type { ModelContext } from "./model-context.ts";
import { literal } from "./text.ts";

/** A layer that starts each batch from the state in which the one before it ended. */
interface StatefulLayer {
  readonly layer: LayerPlan;
  readonly units: number;
  /** Tensors of a state, [B, units] each. */
  readonly state: readonly string[];
  /** ["forward", "backward"] of a bidirectional layer, otherwise [undefined]. */
  readonly directions: readonly (string | undefined)[];
}

function statefulLayers(plan: Plan): StatefulLayer[] {
  return plan.layers.flatMap((layer) => {
    const call = layerCall(layer);
    const { state, units } = call;
    return state === undefined ? [] : [{ layer, state, units: units!, directions: directionsOf(call) }];
  });
}

export function hasStates(plan: Plan): boolean {
  return statefulLayers(plan).length > 0;
}

/** "lstm1/h" and "lstm1.h" of every state, in the order of the layers. */
function statePaths(plan: Plan): { name: string; path: string }[] {
  return statefulLayers(plan).flatMap(({ layer, state, directions }) =>
    directions.flatMap((direction) =>
      state.map((tensor) => {
        const steps = [layer.name, ...(direction === undefined ? [] : [direction]), tensor];
        return { name: steps.join("/"), path: steps.join(".") };
      }),
    ),
  );
}

/** `{ h: x, c: x }` for the state of each layer; x is the same for all tensors. */
function byLayer(stateful: StatefulLayer, tensor: (name: string) => string, prefix = ""): string {
  const record = `{ ${stateful.state.map(tensor).join(", ")} }`;
  const { directions } = stateful;
  if (directions[0] === undefined) return record;
  return `{ ${directions.map((direction) => `${prefix}${direction}: ${record}`).join(", ")} }`;
}

/** States and the functions that make, list and keep them; nothing where no layer is stateful. */
export function states(context: ModelContext): WriterFunction[] {
  const { plan } = context;
  const layers = statefulLayers(plan);
  if (layers.length === 0) return [];
  return [(writer) => statesInterface(writer, context, layers), (writer) => stateFunctions(writer, context, layers)];
}

function statesInterface(writer: CodeBlockWriter, context: ModelContext, layers: readonly StatefulLayer[]): void {
  writer.writeLine("/** Where stateful layers start a batch: their states after the one before it. */");
  writer.writeLine("export interface States<T extends tf.Tensor2D = tf.Variable<tf.Rank.R2>> {");
  writer.indent(() => {
    for (const stateful of layers) {
      const { layer, units } = stateful;
      const type = byLayer(stateful, (name) => `readonly ${name}: T`, "readonly ").replaceAll(", ", "; ");
      writer.writeLine(
        `readonly ${layer.name}: ${type}; // ${specLine(context, layer.specLine)}; each [B, ${literal(units)}]`,
      );
    }
  });
  writer.writeLine("}").newLine();
}

function stateFunctions(writer: CodeBlockWriter, context: ModelContext, layers: readonly StatefulLayer[]): void {
  const { plan, imports } = context;
  const paths = statePaths(plan);
  writer.writeLine("/** States before the first batch: zeros. All batches have this size. */");
  writer.writeLine("export function initializeStates(batch: number): States {");
  writer.indent(() => {
    writer.writeLine(
      "const create = (units: number) => tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R2>([batch, units]), false));",
    );
    writer.writeLine("return {");
    writer.indent(() => {
      for (const stateful of layers) {
        const { layer, units } = stateful;
        writer.writeLine(`${layer.name}: ${byLayer(stateful, (name) => `${name}: create(${literal(units)})`)},`);
      }
    });
    writer.writeLine("};");
  });
  writer.writeLine("}").newLine();

  writer.writeLine("/** The states as one flat record, in the order of the layers. */");
  writer.writeLine(
    `export function namedStates(states: States): ${imports.type(kernels("weights"), "NamedWeights")} {`,
  );
  writer.indent(() => {
    writer.writeLine("return {");
    writer.indent(() => {
      for (const { name, path } of paths) writer.writeLine(`${literal(name)}: states.${path},`);
    });
    writer.writeLine("};");
  });
  writer.writeLine("}").newLine();

  writer.writeLine("/** Keeps the states after a batch for the next one. */");
  writer.writeLine("function keepStates(states: States, next: States<tf.Tensor2D>): void {");
  writer.indent(() => {
    for (const { path } of paths) writer.writeLine(`states.${path}.assign(next.${path});`);
  });
  writer.writeLine("}").newLine();
}

/** `{ lstm1: lstm1.state }`: the states after a batch, from the variables of the forward lines. */
export function nextStates({ plan, variables }: ModelContext): string {
  return `{ ${statefulLayers(plan)
    .map(({ layer }) => `${layer.name}: ${variables.value(layer.name)}.state`)
    .join(", ")} }`;
}
