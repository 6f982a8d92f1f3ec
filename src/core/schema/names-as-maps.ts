import type { ModelSpec } from "../spec/types.ts";
import { withDefaults } from "./schema-file.ts";

/** A loss or metric given by name becomes a map with its default options; an initializer with options gets the others. */
export function withNamesAsMaps(spec: ModelSpec): ModelSpec {
  const { loss, metrics = [] } = spec.training;
  const training = {
    ...spec.training,
    loss: withDefaults("LossMap", loss),
    metrics: metrics.map((metric) => withDefaults("MetricMap", metric)),
  } as ModelSpec["training"];
  return { ...spec, training, layers: spec.layers.map(withInitializerOptions) };
}

/** An initializer given by name stays one: it is a function of that name. */
function withInitializerOptions<L extends object>(layer: L): L {
  const options = Object.entries(layer).map(([key, value]) => {
    if (key === "layer") return [key, withInitializerOptions(value)];
    return [
      key,
      key.endsWith("Initializer") && typeof value === "object" ? withDefaults("InitializerMap", value) : value,
    ];
  });
  return Object.fromEntries(options) as L;
}
