import { choiceDefinition, type Definitions, mapDefinition, titleOfKind } from "../schema/definitions.ts";
import type { SourceDefinition } from "./source.ts";

const SOURCE = {
  title: "Source",
  description: "Where the samples come from; `type` selects the kind.",
  type: "Kind of dataset.",
};

/** The definitions of the JSON Schema that follow from sources: the choice of them, each, and the maps inside it. */
export function sourceDefinitions(sources: readonly SourceDefinition[]): Definitions {
  const titleOf = ({ type }: SourceDefinition): string => titleOfKind(type, SOURCE.title);
  return Object.fromEntries([
    [SOURCE.title, choiceDefinition(SOURCE, sources.map(titleOf))],
    ...sources.flatMap((source) => [
      [titleOf(source), mapDefinition(titleOf(source), source.type, source.schema)],
      ...Object.entries(source.schema.definitions ?? {}),
    ]),
  ]);
}
