import type { Plan } from "../../plan/types.ts";
import { literal } from "../text.ts";

/** Arguments that predict.ts can be tried with, as words; `file` makes a word of a data file's path. */
export function exampleWords({ dataset }: Plan, file: (path: string) => string): string[] {
  switch (dataset.type) {
    case "mnist":
    case "digits":
    case "idx":
      return ["--demo", "4"];
    case "csv":
      return [];
    case "text":
      return ["--length", "200"];
    case "arrays":
      return dataset.inputs.flatMap(({ name }, k) => [
        "--input",
        `${dataset.inputs.length === 1 ? "" : `${name}=`}${file(dataset.inputFiles[k]!.test)}`,
      ]);
  }
}

/** The code of those arguments in train.ts, where `options.data` may name another folder. */
export function predictExample(plan: Plan): string {
  const marker = "\u0000";
  const words = exampleWords(plan, (path) => `${marker}${path}`).map((word) => {
    const [before, path] = word.split(marker) as [string, string?];
    if (path === undefined) return literal(word);
    const read = `dataFile(options.data ?? dataFolder(PROGRAM), ${literal(path)})`;
    return before === "" ? read : `\`${before}\${${read}}\``;
  });
  return `[${words.join(", ")}]`;
}
