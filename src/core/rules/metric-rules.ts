import { metricName, quantileCount } from "../plan/training.ts";
import type { MetricMap, ModelSpec } from "../spec/types.ts";
import { definitionOfTargets } from "../tasks/targets.ts";
import { outputCount } from "./activation-rules.ts";
import type { Rules } from "./rule.ts";

/** Metrics of several outputs, one for each class. */
const SEVERAL_OUTPUTS: ReadonlySet<MetricMap["type"]> = new Set([
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  "topKCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
  "perplexity",
]);

function metricsOf(spec: ModelSpec): readonly MetricMap[] {
  return spec.training.metrics as MetricMap[];
}

/** The rules of metrics. */
export const METRIC_RULES: Rules = {
  "each metric fits the dataset": (checked) => {
    const { spec, loss, report, targets } = checked;
    const several = quantileCount(loss) > 1;
    const { metrics, isOneClass, unfitMetric } = definitionOfTargets(targets);
    for (const [index, { type }] of metricsOf(spec).entries()) {
      const pointer = `/training/metrics/${index}`;
      if (!metrics.has(type)) {
        report("LC1206", pointer, ...unfitMetric(type, spec.dataset.type));
      } else if (several) {
        const message = `${type} needs one output for each target, but there are several quantiles`;
        report("LC1206", pointer, message, "remove it");
      } else if (SEVERAL_OUTPUTS.has(type) && outputCount(checked) === 1) {
        const message = `${type} needs an output for each class, but the model has one`;
        report("LC1206", pointer, message, "use binaryAccuracy");
      } else if (SEVERAL_OUTPUTS.has(type) && !isOneClass) {
        report("LC1206", pointer, ...unfitMetric(type, spec.dataset.type));
      }
    }
  },
  "each metric has a name of its own": ({ spec, report }) => {
    const names = metricsOf(spec).map(metricName);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      report("LC1231", `/training/metrics/${index}`, `a metric above is reported as \`${name}\`, too`, "remove one");
    }
  },
  "top-k leaves something to miss": ({ spec, report, targets: { classes } }) => {
    for (const [index, metric] of metricsOf(spec).entries()) {
      if (!("k" in metric) || classes === undefined || metric.k! < classes) continue;
      const message = `the ${metric.k} largest of ${classes} outputs always include the class`;
      report("LC1233", `/training/metrics/${index}`, message, `use \`k\` below ${classes}`);
    }
  },
};
