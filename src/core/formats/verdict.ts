import type { Diagnostic } from "../diagnostic.ts";
import { type LoadedSpec, load } from "../load/load.ts";
import { validate } from "../validate.ts";
import { isMap, refuse, shortJson, shortText } from "./field.ts";
import type { FoundModel, FoundTraining, Spec } from "./found.ts";

type Loss = string | Spec;

interface Mending {
  /** The loss for the output's activation, and that activation. */
  readonly usual: string;
  readonly head: string;
  build(loss: Loss, optimizer: object | undefined, metrics: readonly unknown[]): Spec;
  notExpressed(what: string): void;
}

/**
 * The spec with what the rules let a spec have of the file's loss, optimizer and metrics: a model computes the same without them.
 * Of a spec whose layers are wrong nothing is left out; {@link refuseErrors} says what they are.
 */
export function mendTraining(found: FoundTraining, mending: Mending): { spec: Spec; warnings: string[] } {
  const { usual, head, build, notExpressed } = mending;
  const { lossOfFile } = found;
  if (found.loss !== undefined) {
    const whole = build(found.loss, found.optimizer, found.metrics);
    if (firstError(whole) === undefined) return { spec: whole, warnings: [] };
  }
  const plain = build(usual, undefined, []);
  if (firstError(plain) !== undefined) return { spec: plain, warnings: [] };
  const warnings: string[] = [];
  const written = `${usual} is written, for an output with ${head}`;
  let loss: Loss = usual;
  if (found.loss === undefined) {
    const isGiven = lossOfFile !== undefined && lossOfFile !== null;
    const what = isGiven ? `no spec trains the loss ${shortJson(lossOfFile)}` : "the file says no loss";
    warnings.push(`${what}: ${written}`);
  } else {
    const error = firstError(build(found.loss, undefined, []));
    if (error === undefined) loss = found.loss;
    else warnings.push(`the loss ${nameOf(found.loss)} is not trained here (${error.message}): ${written}`);
  }
  let optimizer: object | undefined;
  if (found.optimizer !== undefined) {
    const error = firstError(build(loss, found.optimizer, []));
    if (error === undefined) optimizer = found.optimizer;
    else notExpressed(`optimizer ${nameOf(found.optimizer)}: ${error.message}`);
  }
  const metrics: (string | object)[] = [];
  for (const metric of found.metrics.slice(0, 50)) {
    const error = firstError(build(loss, optimizer, [...metrics, metric]));
    if (error === undefined) metrics.push(metric);
    else notExpressed(`metric ${nameOf(metric)}: ${error.message}`);
  }
  return { spec: build(loss, optimizer, metrics), warnings };
}

function nameOf(choice: string | object): string {
  return typeof choice === "string" ? choice : shortText(String((choice as { type?: unknown }).type));
}

function errorsOf(spec: Spec): { source: LoadedSpec | undefined; errors: readonly Diagnostic[] } {
  const { source, diagnostics } = load(JSON.stringify(spec), "spec");
  const all = source === undefined ? diagnostics : validate(source).diagnostics;
  return { source, errors: all.filter(({ severity }) => severity === "error") };
}

function firstError(spec: Spec): Diagnostic | undefined {
  return errorsOf(spec).errors[0];
}

/**
 * The compiler's errors about a spec that nobody has written yet, at the places of the file from which it came.
 * @throws UserError (exit code 2) where there are any
 */
export function refuseErrors(spec: Spec, { path, places: placesInFile }: FoundModel): void {
  const { source, errors } = errorsOf(spec);
  const places = errors.map((error) => source && placeOf(error, spec, source, placesInFile));
  // What stands nowhere in the file, such as the number of classes, follows from what does.
  const index = Math.max(
    0,
    places.findIndex((place) => place !== undefined),
  );
  const first = errors[index];
  if (first === undefined) return;
  const count = places.filter((place) => place !== undefined).length;
  const more = count > 1 ? `; ${count - 1} more like it` : "";
  refuse(
    path,
    `${places[index] === undefined ? "" : `${places[index]}: `}${shortText(first.message, 300)} (${first.code}${more})`,
    "no spec can hold such a model: change it where it was made, or save it again if the file is damaged",
  );
}

function placeOf(
  { range }: Diagnostic,
  spec: Spec,
  source: LoadedSpec,
  places: FoundModel["places"],
): string | undefined {
  const holds = (pointer: string): boolean => {
    const [value, key] = [source.position(pointer), source.position(pointer, "key")];
    return [value, key].some(({ start, end }) => start <= range.start && range.start < Math.max(end, start + 1));
  };
  const layers = spec.layers as readonly Spec[];
  const index = layers.findIndex((_, k) => holds(`/layers/${k}`));
  const layer = layers[index];
  if (layer === undefined) {
    const { inputs } = spec.dataset as { inputs: readonly unknown[] };
    return places.input(inputs.findIndex((_, k) => holds(`/dataset/inputs/${k}`)));
  }
  const inner = isMap(layer.layer) && holds(`/layers/${index}/layer`) ? layer.layer : undefined;
  const pointer = inner === undefined ? `/layers/${index}` : `/layers/${index}/layer`;
  const key = Object.keys(inner ?? layer).find((name) => holds(`${pointer}/${name}`));
  return places.layer(index, key, inner !== undefined);
}
