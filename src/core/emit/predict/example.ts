import type { Plan } from "../../plan/types.ts";
import { taskOf } from "../../tasks/tasks.ts";
import { literal } from "../text.ts";

/** The code in train.ts of arguments that predict.ts can be tried with, where `options.data` may name another folder. */
export function predictExample(plan: Plan): string {
  const marker = "\u0000";
  const words = taskOf(plan.dataset)
    .example(plan.dataset, (path) => `${marker}${path}`)
    .map((word) => {
      const [before, path] = word.split(marker) as [string, string?];
      if (path === undefined) return literal(word);
      const read = `dataFile(options.data ?? dataFolder(PROGRAM), ${literal(path)})`;
      return before === "" ? read : `\`${before}\${${read}}\``;
    });
  return `[${words.join(", ")}]`;
}
