import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LayerType } from "../../../src/core/layers/definition.ts";
import { LAYER_TYPES, layerDefinition } from "../../../src/core/layers/layers.ts";
import { CASES } from "./programs.ts";

interface Part {
  readonly enum?: readonly string[];
  readonly then?: { readonly allOf: readonly { readonly then: { readonly $ref: string } }[] };
  readonly properties?: Readonly<Record<string, { readonly const?: string }>>;
}

const { $defs } = JSON.parse(readFileSync("schemas/model-spec.v1.schema.json", "utf8")) as {
  $defs: Readonly<Record<string, Part>>;
};
const FIXTURES = "test/fixtures/keras";
const documentation = readFileSync("docs/layers.md", "utf8");
const cases = JSON.stringify(CASES);

/** The definitions that a choice leads to. */
function variants(name: string): Part[] {
  return $defs[name]!.then!.allOf.map(({ then }) => $defs[then.$ref.split("/").pop()!]!);
}

/** What the schema lets one choose from. */
function choices(name: string, tag = "type"): string[] {
  return [...($defs[name]!.enum ?? variants(name).map(({ properties }) => properties![tag]!.const!))];
}

const INITIALIZERS = [...new Set([...choices("InitializerName"), ...choices("InitializerMap")])];

/** The cells of a section's table, row by row. */
function table(section: string): string[][] {
  const text = documentation.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const unquoted = (cell: string): string => cell.replaceAll("`", "");

/** Spellings of a name in fixtures: Keras has some words of its own. */
function spellings(name: string): string[] {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const other: Readonly<Record<string, string[]>> = { hardSigmoid02: ["hard_sigmoid", "hardSigmoid"], swish: ["silu"] };
  return [name, snake, ...(other[name] ?? [])];
}

/** Why a proof is none; undefined where it holds. */
function doubt(name: string, proof: string): string | undefined {
  if (proof === "finite differences") {
    return cases.includes(`"${name}"`) ? undefined : `no program of test/core/layers/programs.ts has ${name}`;
  }
  const isTest = proof.startsWith("`test/");
  const path = isTest ? unquoted(proof) : `${FIXTURES}/${unquoted(proof)}.json`;
  if (!existsSync(path)) return `${path} does not exist`;
  const text = readFileSync(path, "utf8");
  return spellings(name).some((word) => new RegExp(`\\b${word}\\b`).test(text)) ? undefined : `${path} has no ${name}`;
}

describe("what the schema offers", () => {
  it.each([
    ["Layer types", choices("Layer")],
    ["Activations", choices("Activation")],
    ["Initializers", INITIALIZERS],
    ["Regularizers", Object.keys($defs.Regularizer!.properties!)],
    ["Constraints", choices("Constraint")],
    ["Losses", choices("LossMap")],
    ["Metrics", choices("MetricMap")],
    ["Optimizers", choices("Optimizer")],
    ["Learning-rate schedules", choices("LearningRateSchedule", "schedule")],
  ])("%s: each has a row in docs/layers.md, and a proof that holds", (section, names) => {
    const rows = table(section);
    expect(rows.map(([name]) => unquoted(name!))).toEqual(names);
    expect(rows.flatMap((row) => doubt(unquoted(row[0]!), row.at(-1)!) ?? [])).toEqual([]);
  });

  it("layers are in the catalogue, in programs compared with finite differences, and documented with options and mask", () => {
    const names = choices("Layer");
    expect([...LAYER_TYPES].sort()).toEqual([...names].sort());
    expect(names.filter((name) => !cases.includes(`"type":"${name}"`))).toEqual([]);
    for (const [index, row] of table("Layer types").entries()) {
      const [name, options, , , mask] = row as [string, string, string, string, string];
      const definition = variants("Layer")[index]!;
      const keys = Object.keys(definition.properties!).filter(
        (key) => !["type", "name", "inputs", "trainable"].includes(key),
      );
      expect(options === "–" ? [] : unquoted(options).split(", "), name).toEqual(keys);
      expect(mask.split(",")[0], name).toBe(layerDefinition(unquoted(name) as LayerType).mask);
    }
  });

  it("initializers are documented with their options", () => {
    const optionsOf = ([name]: string[]): string[] => {
      const { properties = {} } = $defs[`${name![1]!.toUpperCase()}${name!.slice(2, -1)}Initializer`] ?? {};
      return Object.keys(properties).filter((key) => key !== "type");
    };
    for (const row of table("Initializers")) {
      expect(row[1] === "–" ? [] : unquoted(row[1]!).split(", "), row[0]).toEqual(optionsOf(row));
    }
  });

  it.each([
    ["Losses", "LossMap", "type"],
    ["Metrics", "MetricMap", "type"],
    ["Optimizers", "Optimizer", "type"],
    ["Learning-rate schedules", "LearningRateSchedule", "schedule"],
  ])("%s are documented with a formula and their options", (section, choice, tag) => {
    for (const [index, row] of table(section).entries()) {
      const [name, , formula, options] = row as [string, string, string, string];
      const { properties = {} } = variants(choice)[index]!;
      const keys = Object.keys(properties).filter((key) => key !== tag);
      expect(options === "–" ? [] : unquoted(options).split(", "), name).toEqual(keys);
      expect(formula.length, name).toBeGreaterThan(5);
    }
  });

  it("activations are compared with finite differences", () => {
    expect(choices("Activation").filter((name) => !cases.includes(`"activation":"${name}"`))).toEqual([]);
  });

  it("a wrapped layer has the keys of the layer but for those of its wrapper", () => {
    const wrapped = Object.keys($defs).filter((name) => name.startsWith("Wrapped"));
    expect(wrapped).toHaveLength(choices("RecurrentLayer").length + choices("TimestepLayer").length);
    for (const name of wrapped) {
      const {
        name: _name,
        inputs: _inputs,
        trainable: _trainable,
        ...own
      } = $defs[name.slice("Wrapped".length)]!.properties!;
      expect($defs[name]!.properties, name).toEqual(own);
    }
  });
});
