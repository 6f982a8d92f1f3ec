// How a layer of a file names those whose outputs it reads, in the formats of all Keras versions.
import { type Field, isMap, shortText } from "../field.ts";

/** [layer, node, tensor], or a list or a map of them. */
export function endpoints(value: Field): string[] {
  if (!value.isGiven) return [];
  if (value.isMap) return Object.keys(value.map()).flatMap((key) => endpoints(value.at(key)));
  const items = value.list();
  if (items.length > 0 && typeof items[0]!.value === "string") {
    return [reference(items[0]!, items[1], items[2])];
  }
  return items.flatMap((item) => endpoints(item));
}

/** Keras 3 has { args, kwargs } with tensors that name their layers; before it was [[layer, node, tensor, kwargs], …]. */
export function readCall(call: Field): { inputs: string[]; options: Field } {
  if (!call.isList) {
    call.map();
    return { inputs: producersOf(call.at("args")), options: call.at("kwargs") };
  }
  const entries = typeof call.at(0).value === "string" ? [call] : call.list();
  const inputs = entries.map((entry) => reference(entry.at(0), entry.at(1), entry.at(2)));
  const [first] = entries;
  return first === undefined ? call.fail("names no input") : { inputs, options: first.at(3) };
}

/** The names of the layers whose outputs stand in a value of Keras 3. */
export function producersOf(value: Field): string[] {
  if (value.isList) return value.list().flatMap(producersOf);
  if (!value.isMap) return [];
  if (value.at("class_name").value !== "__keras_tensor__") return [];
  const history = value.at("config").at("keras_history");
  return [reference(history.at(0), history.at(1), history.at(2))];
}

/** A tensor by the layer that gives it: its first call and its first output, since layers of a spec have one. */
function reference(layer: Field, call: Field | undefined, output: Field | undefined): string {
  const name = layer.text();
  if (call?.isGiven === true) call.whole(0);
  if (output?.isGiven === true && output.whole(0) > 0) {
    output.fail(
      `the output ${output.whole(0)} of ${shortText(name)} is read, such as a state that return_state gives; layers of a spec have one output`,
      "rebuild the model without it",
    );
  }
  return name;
}

/** Names of layers in a call option, in both formats: a tensor of Keras 3, or ["lstm", 0, 1]. */
export function producersInOption(value: unknown): string[] {
  if (Array.isArray(value)) {
    const [layer, call, output] = value as unknown[];
    if (typeof layer === "string" && typeof call === "number" && typeof output === "number") return [layer];
    return value.flatMap(producersInOption);
  }
  if (!isMap(value)) return [];
  const { config } = value;
  const history = isMap(config) ? config.keras_history : undefined;
  return value.class_name === "__keras_tensor__" && Array.isArray(history) ? [String(history[0])] : [];
}
