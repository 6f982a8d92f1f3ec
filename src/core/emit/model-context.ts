import type { EmitContext } from "./context.ts";
import { Imports, kernels } from "./imports.ts";
import { callOf, hasOptions } from "./layers/lines.ts";
import { Names, RESERVED_WORDS } from "./names.ts";
import { optimizerConstants } from "./optimizer.ts";
import { constantName } from "./text.ts";

/** What the parts of model.ts need to know: the plan, the imports that they add to, and what layers are called there. */
export interface ModelContext extends EmitContext {
  readonly imports: Imports;
  readonly variables: ModelVariables;
}

/** The variables that belong to a layer or an input. Its records, such as the weights, have the name that the spec gives. */
export interface ModelVariables {
  /** What its forward line gives: `lstm1`. */
  value(name: string): string;
  /** What its functions read of its options: `LSTM1`. */
  constant(layer: string): string;
  /** What its backward line gives: `dLstm1`. */
  gradient(name: string): string;
  /** The sum of the gradients of all that read it: `gLstm1`. */
  gradientSum(name: string): string;
}

/** What `forward` and `computeGradients` call their parameters and what they compute beside the layers, and the functions they call. */
const OWN_VARIABLES = "w x states step lossOf batch output dataLoss loss gradients penalty".split(" ");
const OWN_CONSTANTS = "METRICS LAYERS CLASS_WEIGHT".split(" ");

/** A layer that is named as something else in the functions of model.ts gets a variable of another name there. */
export function modelContext(context: EmitContext): ModelContext {
  const { plan } = context;
  const constants = optimizerConstants(plan.optimizer).map(([name]) => name);
  const names = new Names([...RESERVED_WORDS, ...OWN_VARIABLES, ...OWN_CONSTANTS, ...constants]);
  const imports = new Imports(names);
  imports.all("@tensorflow/tfjs-core", "tf");
  const calls = plan.layers.map((layer) => callOf(plan, layer)).filter(hasOptions);
  // Options name these as they are; whatever else is imported may get another name in this file.
  for (const { module, constant } of calls.flatMap(({ constants }) => constants)) {
    imports.value(kernels(module), constant);
  }
  const layers = plan.layers.map(({ name }) => name);
  const all = [...plan.dataset.inputs.map(({ name }) => name), ...layers];
  const claimed = (of: readonly string[], wanted: (name: string) => string): ((name: string) => string) => {
    const byName = new Map(of.map((name) => [name, names.claim(wanted(name))]));
    return (name) => byName.get(name)!;
  };
  return {
    ...context,
    imports,
    variables: {
      value: claimed(all, (name) => name),
      constant: claimed(layers, constantName),
      gradient: claimed(layers, (name) => `d${capitalized(name)}`),
      gradientSum: claimed(all, (name) => `g${capitalized(name)}`),
    },
  };
}

function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
