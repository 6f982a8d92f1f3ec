import { layerNames } from "../spec/names.ts";
import { isReservedName, isWindowsDevice } from "./reserved-names.ts";
import type { Rules } from "./rule.ts";

/** Rules of names. */
export const NAME_RULES: Rules = {
  "names are unique and none is reserved": ({ spec, source, inputs, report }) => {
    if (isWindowsDevice(spec.name)) {
      report("LC1207", "/name", `\`${spec.name}\` cannot be a folder on Windows`, "choose another name");
    }
    const names = layerNames(spec.layers);
    for (const [index, name] of names.entries()) {
      if (inputs.some((input) => input.name === name)) {
        const named = spec.layers[index]!.name !== undefined;
        const message = `the layer and an input are both named \`${name}\``;
        report("LC1207", `/layers/${index}${named ? "/name" : ""}`, message, "choose another name");
        continue;
      }
      if (spec.layers[index]!.name === undefined) continue;
      const first = names.indexOf(name);
      const other = first === index ? names.lastIndexOf(name) : first;
      if (other !== index) {
        const line = source.position(`/layers/${other}`).line;
        report(
          "LC1207",
          `/layers/${index}/name`,
          `the layer in line ${line} is named \`${name}\` too`,
          "choose another name",
        );
      } else if (isReservedName(name)) {
        report(
          "LC1207",
          `/layers/${index}/name`,
          `\`${name}\` has a meaning in the generated code`,
          "choose another name",
        );
      }
    }
  },
};
