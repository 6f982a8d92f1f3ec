import { existsSync, writeFileSync } from "node:fs";
import { RandomStream } from "../support/nn/random.ts";
import { writeError } from "../support/system/files.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { note } from "./console.ts";
import { editorSchema, writeCopy } from "./editor-schema.ts";

interface Template {
  readonly spec: (name: string) => string;
  /** Data that comes with it: file name and contents. */
  readonly data?: { file: (name: string) => string; contents: () => string };
}

const TEMPLATES: Readonly<Record<string, Template>> = {
  classify: {
    spec: (name) => `specVersion: 1
name: ${name}
description: Classifies generated digits, reading each image row by row
dataset:
  type: digits # generated: no files needed; use type mnist or idx for real images
  scale: 255 # pixels 0..255 become 0..1
layers:
  - type: lstm
    units: 48
  - type: dropout
    rate: 0.1
  - type: dense
    units: 10 # one for each class
    activation: softmax
optimizer:
  type: adam
  learningRate: 0.003
training:
  loss: sparseCategoricalCrossentropy
  metrics: [accuracy]
  epochs: 4
  batchSize: 64
`,
  },
  forecast: {
    spec: (name) => `specVersion: 1
name: ${name}
description: Forecasts the next three months of a monthly series from the last twelve
dataset:
  type: csv
  path: ${name}.csv
  target: sales
  time: month
  validation: 0.2 # of the months before the test part, at their end
  lookback: 12
  horizon: 3
layers:
  - type: lstm
    units: 24
  - type: dense
    units: 3 # one for each month of the horizon
optimizer:
  type: adam
  learningRate: 0.005
training:
  loss: meanSquaredError
  metrics: [meanAbsoluteError]
  epochs: 40
  batchSize: 16
`,
    data: { file: (name) => `${name}.csv`, contents: series },
  },
  text: {
    spec: (name) => `specVersion: 1
name: ${name}
description: Predicts the next character of a text
dataset:
  type: text
  path: ${name}.txt
  timesteps: 24
  vocabularySize: 40
layers:
  - type: lstm
    units: 64
  - type: dense
    units: 40 # one for each character of the vocabulary
    activation: softmax
optimizer:
  type: adam
  learningRate: 0.005
training:
  loss: sparseCategoricalCrossentropy
  metrics: [accuracy]
  epochs: 10
  batchSize: 64
`,
    data: { file: (name) => `${name}.txt`, contents: sentences },
  },
};

/** Writes <name>.yaml, and data where the template needs some, into the current folder. Overwrites nothing. */
export function initCommand(name: string, templateName: string): number {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 64) {
    throw new UserError(`${JSON.stringify(name)} cannot be a model's name`, {
      exitCode: 2,
      fix: "use lower-case words joined by hyphens, such as my-model",
    });
  }
  const template = Object.hasOwn(TEMPLATES, templateName) ? TEMPLATES[templateName] : undefined;
  if (template === undefined) {
    throw new UserError(`there is no template ${JSON.stringify(templateName)}`, {
      exitCode: 2,
      fix: `use one of ${Object.keys(TEMPLATES).join(", ")}`,
    });
  }
  const schema = editorSchema(".");
  const files = [{ file: `${name}.yaml`, contents: `${schema.comment}\n${template.spec(name)}` }];
  if (template.data !== undefined) files.push({ file: template.data.file(name), contents: template.data.contents() });
  for (const { file } of files) {
    if (!existsSync(file)) continue;
    throw new UserError(`${file} exists already: nothing was written`, { exitCode: 2, fix: "choose another name" });
  }
  for (const { file, contents } of files) {
    try {
      writeFileSync(file, contents, { flag: "wx" });
    } catch (error) {
      throw writeError(file, error);
    }
    note(`wrote ${file}`);
  }
  writeCopy(schema);
  note(`next: ${compilerCommand("run", `${name}.yaml`)}`);
  return 0;
}

/** Ten years of months with a season, a cycle of three and a half years, and noise. No trend: a network forecasts what it has seen the like of. */
function series(): string {
  const random = new RandomStream(1, "init/forecast");
  const season = [0.82, 0.8, 0.95, 0.98, 1.0, 1.12, 1.25, 1.22, 1.05, 0.93, 0.84, 1.04];
  const rows = Array.from({ length: 120 }, (_, month) => {
    const year = 2015 + Math.floor(month / 12);
    const cycle = 220 + 45 * Math.sin((2 * Math.PI * month) / 42);
    const value = cycle * season[month % 12]! * (0.97 + 0.06 * random.uniform(month));
    return `${year}-${String((month % 12) + 1).padStart(2, "0")},${value.toFixed(1)}`;
  });
  return `month,sales\n${rows.join("\n")}\n`;
}

/** Sentences of a small grammar: enough to learn spelling and word order from. */
function sentences(): string {
  const random = new RandomStream(1, "init/text");
  let drawn = 0;
  const pick = (words: readonly string[]): string => words[Math.floor(random.uniform(drawn++) * words.length)]!;
  const sentence = (): string =>
    `the ${pick(["small", "old", "quiet", "quick", "green"])} ${pick(["river", "garden", "train", "painter", "gull"])} ` +
    `${pick(["finds", "follows", "leaves", "remembers", "crosses"])} the ${pick(["long", "bright", "narrow", "distant"])} ` +
    `${pick(["road", "harbour", "bridge", "morning", "valley"])}.`;
  return `${Array.from({ length: 160 }, sentence).join("\n")}\n`;
}
