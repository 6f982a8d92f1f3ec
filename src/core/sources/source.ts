import type { LoadedSpec } from "../load/load.ts";
import type { DatasetPlan, DatasetPlanBase } from "../plan/types.ts";
import type { Report } from "../rules/rule.ts";
import type { DatasetInput, DatasetTargets } from "../spec/dataset.ts";
import type { Source } from "../spec/types.ts";
import type { TaskType } from "../tasks/task.ts";
import type { NamedFile } from "./files.ts";
import type { SourceSchema } from "./schema.ts";

export type SourceType = Source["type"];
type SpecOf<K extends SourceType> = Extract<Source, { type: K }>;
export type SourcePlan<K extends SourceType> = Extract<DatasetPlan, { readonly type: K }>;

/** What a rule of a source sees: its part of the spec has passed the schema, with every default filled in. */
export interface CheckedDataset {
  readonly source: LoadedSpec;
  readonly report: Report;
}

/** A function of src/support that reads the samples. */
interface Loader {
  readonly name: string;
  /** Its file, as data.ts imports it. */
  readonly module: string;
  /** What it gives. `Dataset` and `ImageDataset` are every loader's, others stand beside theirs. */
  readonly type: string;
}

/** What data.ts has of a source alone. */
interface DataFile<K extends SourceType> {
  /** Imports beside the loader: names by module. */
  imports?(dataset: SourcePlan<K>): Readonly<Record<string, readonly string[]>>;
  /** The argument of the loader. `consecutive`: no sample may be left out, because layers hand their states on. */
  options(dataset: SourcePlan<K>, needs: { readonly consecutive: boolean }): string;
  /** Says the sizes of an input, where TIMESTEPS and FEATURES do not. */
  sizes?(dataset: SourcePlan<K>): readonly string[];
  /** Declarations before loadData, and at the end of the file. */
  before?(dataset: SourcePlan<K>): string;
  after?(dataset: SourcePlan<K>): string;
  /** Inputs come without targets as well, to predict. */
  readonly inputsAlone?: true;
}

/**
 * A source says where values come from. This is all that is particular to one, but for its loader in src/support.
 */
export interface SourceDefinition<K extends SourceType = SourceType> {
  readonly type: K;
  readonly schema: SourceSchema;
  /** What is learned from it. */
  readonly task: TaskType;
  /** Files of the data folder; files that are downloaded, unless --data names a folder; nothing, where values are generated. */
  readonly reads: "files" | "download" | "nothing";
  /** Validation samples are held out of those for training: drawn by a seed, or the last in time. Where samples continue one another, the last. */
  readonly heldOut: "drawn" | "last" | ((dataset: SpecOf<K>) => "drawn" | "last");
  /** Whether it fits something to the training rows, without which nothing is predicted. */
  readonly fits: boolean;
  /** Whether it may have more than one series, each with forecasts and errors of its own. */
  readonly severalSeries?: true;
  /** npm packages, with versions, that its loader imports. */
  readonly packages: Readonly<Record<string, string>>;
  /** A phrase of the model card: what the data is. */
  readonly described: string;
  readonly loader: Loader;
  readonly data: DataFile<K>;

  /** The files of the data folder that its section names. */
  files(dataset: SpecOf<K>): readonly NamedFile[];
  /** What the model reads, in order. */
  inputs(dataset: SpecOf<K>): readonly DatasetInput[];
  targets(dataset: SpecOf<K>): DatasetTargets;
  /** Its fields of the plan, defaults filled in. `seed`: training.seed */
  plan(dataset: SpecOf<K>, order: { readonly seed: number }): Omit<SourcePlan<K>, keyof DatasetPlanBase | "type">;
  /** Samples for training and validation, where the spec alone decides how many. */
  samples?(dataset: SpecOf<K>): number;
  /** Whether validation samples have files of their own. */
  hasValidationFiles?(dataset: SpecOf<K>): boolean;
  /** Whether scaling puts the mean of the targets at 0. */
  isCentred?(dataset: SpecOf<K>): boolean;
  /** Whether one scale turns errors of scaled targets into errors in units of the data. */
  scalesTargets?(dataset: SourcePlan<K>): boolean;
  /** Where the spec describes input `index`; by default in the dataset. JSON pointer. */
  inputPointer?(index: number): string;
  /** What the schema cannot say, by the sentence that each rule holds. */
  readonly rules: Readonly<Record<string, (dataset: SpecOf<K>, checked: CheckedDataset) => void>>;
}

/** Typed by the source's own section of the spec; kept in one list with the others. */
export function defineSource<K extends SourceType>(definition: SourceDefinition<K>): SourceDefinition {
  return definition as unknown as SourceDefinition;
}
