import type { Rules } from "./rule.ts";

/** Rules of series in CSV files. */
export const CSV_RULES: Rules = {
  "what is said of times has an effect": ({ spec, report }) => {
    if (spec.dataset.type !== "csv") return;
    const { time, timeFormat, order } = spec.dataset;
    if (time === undefined) {
      const fix = "add `time: month`, or whatever the column of times is called";
      if (order === "sort") report("LC1260", "/dataset/order", "rows are sorted by `time`, which is missing", fix);
      if (timeFormat === undefined) return;
      report("LC1260", "/dataset/timeFormat", "`timeFormat` is of the column `time`, which is missing", fix);
    } else if (order === "asIs") {
      const message = "with `order: asIs` nobody looks at times";
      report("LC1260", "/dataset/time", message, "remove `time`, or use `order: check` or `sort`");
    }
  },
  "times are not forecast": ({ spec, report }) => {
    if (spec.dataset.type !== "csv" || spec.dataset.time !== spec.dataset.target) return;
    const message = "the column of times is the target as well";
    report("LC1261", "/dataset/time", message, "name the column that has the rows' times");
  },
};
