import type { Rules } from "./rule.ts";

/** Rules of datasets that name their inputs and targets themselves. */
export const ARRAY_RULES: Rules = {
  "arrays are described completely": ({ spec, report }) => {
    if (spec.dataset.type !== "arrays") return;
    const { encoding, classes, features, timesteps, length } = spec.dataset.targets;
    const sequence = encoding === "labelSequence";
    const classified = encoding === "labels" || encoding === "oneHot" || sequence;
    const refuse = (key: string, message: string, fix: string): void =>
      report("LC1240", `/dataset/targets${key}`, message, fix);
    if (classified && classes === undefined) {
      refuse("", `targets as ${encoding} lack the number of classes`, "add `classes: 10`, or as many as there are");
    } else if (!classified && classes !== undefined) {
      refuse("/classes", `targets as ${encoding} have no classes`, "use `features`, or `encoding: labels`");
    }
    if (classified && features !== undefined) {
      refuse("/features", `targets as ${encoding} have classes, not features`, "remove `features`");
    }
    if (sequence && length === undefined) {
      refuse(
        "",
        "targets as labelSequence lack the length of the longest",
        "add `length: 12`, or as many as there are",
      );
    } else if (!sequence && length !== undefined) {
      refuse("/length", `targets as ${encoding} have no length`, "remove `length`, or use `encoding: labelSequence`");
    }
    if (sequence && timesteps !== undefined) {
      const message = "the timesteps of the labels are not known with labelSequence";
      refuse("/timesteps", message, "use `length`, or `encoding: labels` for a label per timestep");
    }
  },
  "inputs are told apart": ({ spec, source, report }) => {
    if (spec.dataset.type !== "arrays") return;
    const names = spec.dataset.inputs.map(({ name }) => name!);
    for (const [index, { name, shape, vocabularySize, scale }] of spec.dataset.inputs.entries()) {
      const pointer = `/dataset/inputs/${index}`;
      if (names.indexOf(name!) !== index) {
        const line = source.position(`/dataset/inputs/${names.indexOf(name!)}`).line;
        report("LC1207", pointer, `the input in line ${line} is named \`${name}\` too`, "give each input its `name`");
      }
      if (vocabularySize === undefined) continue;
      if (shape.length !== 1) {
        const message = "a sample of token ids has one axis, its timesteps";
        report("LC1241", `${pointer}/shape`, message, `use \`shape: [${shape[0]}]\``);
      }
      if (scale !== 1) report("LC1241", `${pointer}/scale`, "token ids are not scaled", "remove `scale`");
    }
  },
};
