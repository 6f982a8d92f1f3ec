import { layerNames } from "../spec/names.ts";
import { isReservedName, isWindowsDevice } from "./reserved-names.ts";
import type { Rules } from "./rule.ts";

/** Rules of names and paths. */
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
  "files stay inside the data folder": ({ spec, report }) => {
    const check = (section: object, pointer: string): void => {
      for (const [key, value] of Object.entries(section)) {
        if (typeof value === "object") check(value, `${pointer}/${key}`);
        if (!FILE_KEYS.has(key) || typeof value !== "string") continue;
        if (value.startsWith("/") || /^[A-Za-z]:/.test(value) || value.split("/").includes("..")) {
          report(
            "LC1208",
            `${pointer}/${key}`,
            "the path leaves the data folder",
            "give a path inside the folder that --data names",
          );
        }
      }
    };
    check(spec.dataset, "/dataset");
  },
};

const FILE_KEYS: ReadonlySet<string> = new Set(
  ["path", "trainImages", "trainLabels", "testImages", "testLabels", "train", "test"], // as the schema names them
);
