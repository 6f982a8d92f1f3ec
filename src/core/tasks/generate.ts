import { TARGETS, type TaskDefinition } from "./task.ts";

/** How a text goes on, character by character. */
export const generate: TaskDefinition = {
  type: "generate",
  numbers: TARGETS,
  sharesOutput: false, // the first character of the vocabulary is none
  comparesForecasts: false,
  programs: () => "generate",
  example: () => ["--length", "200"],
};
