import type { LayerFunctions } from "../../layers/call.ts";
import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";
import type { Shape } from "../../spec/dataset.ts";
import { featuresOf, placesOf } from "../../spec/shapes.ts";
import { kernels } from "../imports.ts";
import type { ModelContext } from "../model-context.ts";
import { literal } from "../text.ts";
import { type LayerCall, layerCall } from "./call.ts";

export type Mode = "training" | "inference";

/** A layer with the expressions that stand for it in the emitted step. */
export interface LayerLines {
  readonly layer: LayerPlan;
  readonly call: LayerCall;
  /** The right-hand side of the layer's forward line; undefined where the layer does nothing in this mode. */
  readonly forward: string | undefined;
  /** What later layers read. */
  readonly output: string;
  /** The right-hand side of the backward line for a gradient of the output. */
  backward(dy: string, inputGradient: boolean): string;
  /** Expressions of the gradients of its inputs, in order, once the backward line has run. */
  readonly inputGradients: readonly string[];
  /** The variable of the backward line. */
  readonly gradient: string;
}

export function isTrained(layer: LayerPlan): boolean {
  return layer.parameters.some(({ trainable }) => trainable);
}

/** The options of a layer's call; the softmax or sigmoid of a fused head is part of the loss. */
export function callOf(plan: Plan, layer: LayerPlan): LayerCall {
  return layerCall(layer, plan.training.loss.fusion !== "none" && layer === plan.layers.at(-1));
}

/** Whether the layer has a constant with what its functions read of its options. */
export function hasOptions({ options }: LayerCall): boolean {
  return options !== "{}";
}

/** The functions that the layer runs in this mode: those with moving statistics, for example, or none. */
function functionsOf(call: LayerCall, layer: LayerPlan, mode: Mode): LayerFunctions | "identity" {
  // A frozen batchNormalization keeps to its statistics, as in Keras.
  const frozen = call.update !== undefined && !layer.trainable;
  if (mode === "training" && !frozen) return call.training ?? call;
  return call.inference ?? call;
}

/** The lines of every layer, in order, for training or inference. */
export function layerLines(context: ModelContext, mode: Mode): LayerLines[] {
  const { plan, imports, variables } = context;
  const outputs = new Map<string, string>(plan.dataset.inputs.map(({ name }) => [name, variables.value(name)]));
  return plan.layers.map((layer) => {
    const call = callOf(plan, layer);
    const { name } = layer;
    const value = variables.value(name);
    const gradient = variables.gradient(name);
    const inputs = layer.inputs.map((input) => outputs.get(input)!);
    const used = functionsOf(call, layer, mode);
    if (used === "identity") {
      outputs.set(name, inputs[0]!);
      return {
        layer,
        call,
        forward: undefined,
        output: inputs[0]!,
        backward: (dy) => dy,
        inputGradients: [gradient],
        gradient,
      };
    }
    outputs.set(name, `${value}.y`);
    const weights = layer.parameters.length > 0 ? [`w.${name}`] : call.weights === "optional" ? ["{}"] : [];
    const constant = hasOptions(call) ? [variables.constant(name)] : [];
    const input = call.list === true ? `[${inputs.join(", ")}]` : inputs[0]!;
    const extra = used === call.inference ? [] : extraArgument(context, layer, call, mode); // what is at rest sees no mask
    const module = kernels(call.module);
    const forward = `${imports.value(module, used.forward)}(${[input, ...weights, ...constant, ...extra].join(", ")})`;
    const combinedMask = maskOfMerge(context, layer, inputs);
    return {
      layer,
      call,
      forward: combinedMask === undefined ? forward : `{ ...${forward}, mask: ${combinedMask} }`,
      output: `${value}.y`,
      backward: (dy, inputGradient) =>
        `${imports.value(module, used.backward)}(${[dy, value, ...weights, ...constant, ...(call.noInputGradient ? [] : [`{ inputGradient: ${inputGradient} }`])].join(", ")})`,
      inputGradients: call.list === true ? inputs.map((_, index) => `${gradient}.dx[${index}]!`) : [`${gradient}.dx`],
      gradient,
    };
  });
}

/** The mask that a merge layer makes of its inputs' masks. */
function maskOfMerge(context: ModelContext, layer: LayerPlan, inputs: readonly string[]): string | undefined {
  const { mask, joinsMasks } = layerDefinition(layer.type);
  if (mask !== "combines" || layer.outputMask === undefined) return undefined;
  const masks = maskExpressions(context, layer).map(String).join(", ");
  const joined = joinsMasks?.(layer.options) === true;
  const merged = context.imports.value(kernels("masking"), joined ? "joinMasks" : "unionOfMasks");
  return joined ? `${merged}([${inputs.join(", ")}], [${masks}])` : `${merged}([${masks}])`;
}

/** The mask of each input, where it has one. */
function maskExpressions({ variables }: ModelContext, { inputMasks }: LayerPlan): (string | undefined)[] {
  return inputMasks.map((mask) => (mask === undefined ? undefined : `${variables.value(mask)}.mask`));
}

/** The last argument of a forward call: masks, random numbers, dropout inside cells. */
function extraArgument(context: ModelContext, layer: LayerPlan, call: LayerCall, mode: Mode): string[] {
  const { name } = layer;
  const entries: string[] = [];
  const masks = maskExpressions(context, layer);
  if (call.takesMask === "masks") {
    if (masks.some((mask) => mask !== undefined)) entries.push(`masks: [${masks.map(String).join(", ")}]`);
  } else {
    for (const [index, argument] of (call.takesMask ?? []).entries()) {
      if (masks[index] !== undefined) entries.push(`${argument}: ${masks[index]}`);
    }
  }
  if (mode === "training" && call.random) entries.push("random: step.random", `name: ${literal(name)}`);
  entries.push(...cellExtra(context, layer, call, mode));
  return entries.length === 0 ? [] : [`{ ${entries.join(", ")} }`];
}

/** State and dropout masks of a recurrent cell; each direction of a bidirectional layer has its own. */
function cellExtra(context: ModelContext, layer: LayerPlan, call: LayerCall, mode: Mode): string[] {
  return directionsOf(call).flatMap((direction) => {
    const entries = [
      ...initialState(layer, call, mode, direction),
      ...(mode === "training" ? cellDropout(context, layer, call, direction) : []),
    ];
    if (direction === undefined || entries.length === 0) return entries;
    return [`${direction}: { ${entries.join(", ")} }`];
  });
}

/** Prediction may start without states: from zeros. */
function initialState({ name }: LayerPlan, { state }: LayerCall, mode: Mode, direction: string | undefined): string[] {
  if (state === undefined) return [];
  const states = `states${mode === "inference" ? "?" : ""}.${name}`;
  return [`initialState: ${states}${direction === undefined ? "" : `.${direction}`}`];
}

/** Rows of a step: a vector for each sample, or for each place of its frame. */
function rowsOf(shape: Shape): string {
  const places = placesOf(shape);
  return places === 1 ? "batch" : `batch * ${places}`;
}

function cellDropout(
  { imports }: ModelContext,
  layer: LayerPlan,
  { cellDropout: rates, units }: LayerCall,
  direction: string | undefined,
): string[] {
  if (rates === undefined) return [];
  const stream = direction === undefined ? layer.name : `${layer.name}/${direction}`;
  const drawn = rates.masks === 1 ? "dropoutMask" : "dropoutMasks";
  const count = rates.masks === 1 ? "" : `${rates.masks}, `;
  const mask = (shape: Shape, rate: number, what: string): string =>
    `${imports.value(kernels(rates.masks === 1 ? "dropout-mask" : "dropout-masks"), drawn)}(${count}[${rowsOf(shape)}, ${featuresOf(shape)}], ${literal(rate)}, { random: step.random, name: ${literal(`${stream}/${what}`)} })`;
  return [
    ...(rates.inputs > 0 ? [`inputDropout: ${mask(layer.inputShapes[0]!, rates.inputs, "inputs")}`] : []),
    ...(rates.state > 0
      ? [`recurrentDropout: ${mask([...layer.outputShape.slice(0, -1), units!], rates.state, "state")}`]
      : []),
  ];
}

/** The directions that a bidirectional layer runs in; of any other layer one without a name. */
export function directionsOf({ directions }: LayerCall): readonly (string | undefined)[] {
  return directions ?? [undefined];
}

/** Whether a layer's cell draws dropout masks, for which the step needs the batch size. */
export function hasCellDropout({ cellDropout }: LayerCall): boolean {
  return cellDropout !== undefined && (cellDropout.inputs > 0 || cellDropout.state > 0);
}

/** Each weight as "layer/weight", and its path in a record by layer. */
export function weightPaths(plan: Plan): { name: string; path: string; layer: LayerPlan; trainable: boolean }[] {
  return plan.layers.flatMap((layer) =>
    layer.parameters.map((parameter) => ({
      name: `${layer.name}/${parameter.name}`,
      path: `${layer.name}.${parameter.name.replaceAll("/", ".")}`,
      layer,
      trainable: parameter.trainable,
    })),
  );
}
