import { leavesFolder } from "../sources/files.ts";
import { sourceOf } from "../sources/sources.ts";
import type { Rules } from "./rule.ts";

/** The rules of datasets: those of each source, and those that all sources share. */
export const SOURCE_RULES: Rules = {
  "the dataset is described as its source needs": ({ spec: { dataset }, source, report }) => {
    for (const rule of Object.values(sourceOf(dataset).rules)) rule(dataset, { source, report });
  },
  "validation samples come from one place": ({ spec: { dataset }, source, report }) => {
    if (sourceOf(dataset).hasValidationFiles?.(dataset) !== true) return;
    if (!("validation" in (source.value as { dataset: object }).dataset)) return;
    const message = "validation samples have files of their own, so that none are taken from others";
    report("LC1263", "/dataset/validation", message, "remove `validation`, or the validation files");
  },
  "files stay inside the data folder": ({ spec: { dataset }, report }) => {
    for (const [pointer, path] of sourceOf(dataset).files(dataset)) {
      if (!leavesFolder(path)) continue;
      const fix = "give a path inside the folder that --data names";
      report("LC1208", `/dataset${pointer}`, "the path leaves the data folder", fix);
    }
  },
};
