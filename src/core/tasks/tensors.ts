import { TARGETS, type TaskDefinition } from "./task.ts";

/** Whatever the targets of a person's own arrays are. */
export const tensors: TaskDefinition = {
  type: "tensors",
  numbers: TARGETS,
  sharesOutput: true,
  comparesForecasts: false,
  programs: ({ targets }) => (targets.kind === "labelSequence" ? "labels" : "outputs"),
  example: (dataset, file) => {
    if (!("inputFiles" in dataset)) return [];
    const { inputs, inputFiles } = dataset;
    return inputs.flatMap(({ name }, k) => [
      "--input",
      `${inputs.length === 1 ? "" : `${name}=`}${file(inputFiles[k]!.test)}`,
    ]);
  },
};
