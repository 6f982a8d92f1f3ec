import { counted } from "../../support/system/counted.ts";
import type { RuntimePackage } from "../host.ts";
import { COMPILER_VERSION } from "../version.ts";
import { ROLES, roleOf } from "./roles.ts";

/** What to read, in which order: a file, or a folder with a slash at its end. */
const ORDER: readonly (readonly [path: string, what: string])[] = [
  ["model.ts", "layers, forward pass, its derivative, the optimizer's update"],
  ["train.ts", "the training loop"],
  ["support/nn/", "kernels of layers, losses and metrics; random numbers"],
  ["data.ts", "how a batch is read"],
  ["support/data/", "how files are read, checked and scaled"],
  ["support/table/", "how tables are read, checked, prepared, scaled and cut into windows"],
  ["support/forecast/", "forecasts that need no model, and errors in units of the data"],
  ["predictor.ts", "how inputs are prepared and outputs read when predicting"],
  ["predict.ts", "the command line of the predictor"],
  ["topology.ts", "the layers for reports, and the model as TensorFlow.js describes it, for the export"],
  ["program.ts", "what this program is"],
];

/** The section of the model card for those who audit the program. `files`: all that has lines to read. */
export function readingOrder(files: ReadonlyMap<string, string>, runtime: RuntimePackage): string {
  const lines = new Map(
    [...files].filter(([path]) => path.endsWith(".ts")).map(([path, text]) => [path, text.split("\n").length - 1]),
  );
  const sum = (isIn: (path: string) => boolean): number =>
    [...lines].reduce((total, [path, count]) => (isIn(path) ? total + count : total), 0);
  const rows = ORDER.flatMap(([path, what]) => {
    const own = [...lines.keys()].filter((file) => file === path || (path.endsWith("/") && file.startsWith(path)));
    if (own.length === 0) return [];
    const files = path.endsWith("/") ? `: ${counted(own.length, "file")}` : "";
    return [`| \`${path}\` | ${what}${files} | ${roleOf(own[0]!)} | ${shown(sum((file) => own.includes(file)))} |`];
  });
  const byRole = ROLES.map((role) => [role, sum((path) => roleOf(path) === role)] as const).filter(
    ([, count]) => count > 0,
  );
  return `## Reading order

${shown(sum(() => true))} lines of TypeScript: ${byRole.map(([role, count]) => `${shown(count)} ${role}`).join(", ")}. \`manifest.json\` has the role of each file.

| file or folder | what is in it | role | lines |
| --- | --- | --- | ---: |
${rows.join("\n")}

\`${runtime.file}\` is an npm package with what all programs of lstm-compile ${COMPILER_VERSION} run on: backends and their installers, graph
capture, the folders of runs. It is the same in all of them. \`npx lstm-compile support\` lists it and every file that this version can put into
\`support/\`, each with its SHA-256; the SHA-256 of that list is
\`${runtime.support}\`. So a version is read once, and then

    npx lstm-compile support | sha256sum --check --ignore-missing --quiet

says whether this folder has what was read.
`;
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
