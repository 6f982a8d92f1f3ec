import { TARGETS, type TaskDefinition } from "./task.ts";

/** The class of an image. */
export const classify: TaskDefinition = {
  type: "classify",
  numbers: TARGETS,
  sharesOutput: true,
  comparesForecasts: false,
  programs: () => "images",
  example: () => ["--demo", "4"],
};
