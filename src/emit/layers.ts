import type { LayerPlan, Plan } from "../plan/types.ts";
import { constantName, literal } from "./text.ts";

/** The lines of the derived step that one layer contributes, and the support functions that they call. */
export interface LayerCode {
  readonly layer: LayerPlan;
  /** Right-hand sides of the layer's forward line, in training and at inference (dropout is the identity there). */
  readonly train: string;
  readonly infer: string | undefined;
  /** Expressions of what the next layer reads: at training, at inference. */
  readonly output: string;
  readonly inferredOutput: string;
  /** The layer's backward line, given the expression of its output's gradient; undefined where nothing needs it. */
  readonly backward: (dy: string) => string | undefined;
  /** Variable that the backward line declares, and the expression of the input's gradient. */
  readonly gradient: string;
  readonly inputGradient: string;
  /** Imported names, by support file. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

/** "lstm1" → "dLstm1", the gradient that belongs to a variable. */
function gradientName(name: string): string {
  return `d${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Whether the last layer's activation is fused with the loss, so the step works on logits. */
export function hasFusedActivation(plan: Plan): boolean {
  return plan.training.loss.fusion !== "none";
}

/** Code of every layer, in order. Reverse mode over a chain: a layer's input gradient is the next one's output gradient. */
export function layerCodes(plan: Plan): LayerCode[] {
  const firstTrainable = plan.layers.findIndex((layer) => layer.parameters.length > 0);
  const codes: LayerCode[] = [];
  for (const [index, layer] of plan.layers.entries()) {
    const before = codes.at(-1);
    const input = before?.output ?? (layer.inputShape.length === 2 ? "input" : "x");
    const inferredInput = before?.inferredOutput ?? "input";
    const isLast = index === plan.layers.length - 1;
    codes.push(layerCode(plan, layer, { input, inferredInput, isLast, inputGradient: index > firstTrainable }));
  }
  return codes;
}

interface Place {
  readonly input: string;
  readonly inferredInput: string;
  readonly isLast: boolean;
  /** Something trainable stands before this layer. */
  readonly inputGradient: boolean;
}

function layerCode(plan: Plan, layer: LayerPlan, place: Place): LayerCode {
  const { name } = layer;
  const gradient = gradientName(name);
  const inSequence = layer.inputShape.length === 2;
  switch (layer.type) {
    case "lstm": {
      const cell = constantName(name);
      const out = layer.returnSequences ? `${name}.sequence` : `${name}.last`;
      return {
        layer,
        train: `lstmForward(${place.input}, w.${name}, ${cell})`,
        infer: `lstmForward(${place.inferredInput}, w.${name}, ${cell})`,
        output: out,
        inferredOutput: out,
        backward: (dy) => `lstmBackward(${dy}, ${name}, w.${name}, ${cell}, { inputGradient: ${place.inputGradient} })`,
        gradient,
        inputGradient: `${gradient}.dx`,
        imports: {
          "./support/nn/lstm.ts": ["lstmForward", "lstmBackward"],
          "./support/nn/activations.ts": [constantName(layer.activation), constantName(layer.recurrentActivation)],
        },
      };
    }
    case "dense": {
      const fused = place.isLast && hasFusedActivation(plan);
      const activation = fused ? "LINEAR" : constantName(layer.activation);
      const functions = inSequence
        ? { forward: "denseSequenceForward", backward: "denseSequenceBackward" }
        : { forward: "denseForward", backward: "denseBackward" };
      const out = inSequence ? `${name}.sequence` : `${name}.y`;
      return {
        layer,
        train: `${functions.forward}(${place.input}, w.${name}, ${activation})`,
        infer: `${functions.forward}(${place.inferredInput}, w.${name}, ${activation})`,
        output: out,
        inferredOutput: out,
        backward: (dy) =>
          `${functions.backward}(${dy}, ${name}, w.${name}, ${activation}, { inputGradient: ${place.inputGradient} })`,
        gradient,
        inputGradient: `${gradient}.dx`,
        imports: {
          "./support/nn/dense.ts": [functions.forward, functions.backward],
          "./support/nn/activations.ts": [activation],
        },
      };
    }
    case "dropout": {
      const functions = inSequence
        ? { forward: "dropoutSequenceForward", backward: "dropoutSequenceBackward" }
        : { forward: "dropoutForward", backward: "dropoutBackward" };
      const rows = inSequence ? `${layer.inputShape[0]} * batch` : "batch";
      const mask = `dropoutMask([${rows}, ${layer.inputShape.at(-1)}], ${literal(layer.rate)}, ${literal(name)}, step)`;
      return {
        layer,
        train: `${functions.forward}(${place.input}, ${mask})`,
        infer: undefined,
        output: `${name}.y`,
        inferredOutput: place.inferredInput,
        backward: (dy) => (place.inputGradient ? `${functions.backward}(${dy}, ${name})` : undefined),
        gradient,
        inputGradient: gradient,
        imports: { "./support/nn/dropout.ts": [functions.forward, functions.backward, "dropoutMask"] },
      };
    }
  }
}

/** The layers that have weights. */
export function trainable(codes: readonly LayerCode[]): LayerCode[] {
  return codes.filter(({ layer }) => layer.parameters.length > 0);
}

/** Each weight as "layer/weight", and its path in a record by layer. */
export function weightPaths(codes: readonly LayerCode[]): [name: string, path: string][] {
  return trainable(codes).flatMap(({ layer }) =>
    layer.parameters.map((p): [string, string] => [
      `${layer.name}/${p.name}`,
      // Typed as optional because useBias may be false; it is there in this model.
      `${layer.name}.${p.name}${p.name === "bias" ? "!" : ""}`,
    ]),
  );
}
