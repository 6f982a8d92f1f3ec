import type { SavedTensors } from "../../support/run/checkpoint.ts";
import type { Json } from "../../support/system/json.ts";
import type { Plan } from "../plan/types.ts";
import type { FileTensor, Hdf5Answer, Hdf5Group } from "./hdf5/tree.ts";
import type { Limits } from "./limits.ts";

/**
 * A file format of models or weights. Core touches no disk: bytes come in and go out, and what only a host can do is asked of it.
 * A direction that does not exist is absent.
 */
export interface Format {
  /** As messages and docs/models.md name it: "a Keras archive". */
  readonly name: string;
  /** The endings of its files, as messages list them. */
  readonly endings: readonly string[];
  /** Whether a file is of this format, by its first bytes. At most one format says so. */
  recognizes(bytes: Uint8Array): boolean;
  /** What tools that load the written file cannot load, or compute differently: a sentence each. */
  limits(plan: Plan): string[];
  /** The model as the format describes it, without weights. Absent where the format holds weights alone. */
  describe?(plan: Plan): object;
  /** @throws UserError (exit code 2) where the file is damaged or over a limit */
  read?(file: OpenFile): Promise<ModelFile>;
  readonly write?: FormatWriter;
}

export interface FormatWriter {
  /** How the name of the file ends, or, where it begins with no dot, the whole of it. */
  readonly ending: string;
  /** Files by name, that of `fileName` last; the others stand beside it. */
  files(model: TrainedModel, fileName: string, host: ModelHost): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface TrainedModel {
  readonly plan: Plan;
  /** By the spec's names: layer/weight. */
  readonly weights: SavedTensors;
  /** What was fitted to the training rows. */
  readonly fitted: Json | undefined;
  /** The compiler and its version. */
  readonly generatedBy: string;
}

/** A file as messages name it, and how much of it is read. */
export interface SourceFile {
  readonly path: string;
  readonly limits: Limits;
}

export interface OpenFile extends SourceFile {
  readonly bytes: Uint8Array;
  readonly host: ModelHost;
  /** A file in the same folder; `name` is a plain name. `problem`: why it cannot be read, such as "is missing (ENOENT)". */
  beside(name: string): { readonly size: number; read(): Uint8Array } | { readonly problem: string };
}

/** What core cannot do itself: the HDF5 library is slow to start, and damaged files can end it or send it round in circles. */
export interface ModelHost {
  /** Reads in a thread of its own, within the limits of memory and time, what {@link readTree} reads. */
  readHdf5(bytes: Uint8Array, limits: Limits): Promise<Hdf5Answer>;
  /** What {@link writeTree} writes, as the bytes of a file. */
  writeHdf5(groups: readonly Hdf5Group[], tensors: readonly FileTensor[]): Promise<Uint8Array>;
}

/** What a file holds. It is read when it is asked for. */
export interface ModelFile {
  /** @throws UserError (exit code 2) where the file holds weights alone, or is damaged */
  model(): DescribedModel;
  /** @throws UserError (exit code 2) where weights are missing or damaged */
  weights(): Promise<StoredWeights>;
}

export interface DescribedModel {
  /** Undefined where the tool that wrote it has named it itself, such as sequential_1. */
  readonly name: string | undefined;
  /**
   * What the file says in the words of a spec, by {@link specOf} of found.ts.
   * @throws UserError (exit code 2) where no spec computes the same, or the file is damaged
   */
  spec(options?: ImportOptions): ImportedSpec;
  /** What the tool of this format computes otherwise than a spec's program: a sentence each. */
  differences(plan: Plan): string[];
}

export interface ImportOptions {
  /** Of inputs that leave them open. */
  readonly timesteps?: number;
  /** Of the spec; default: the model's own. */
  readonly name?: string;
}

export interface ImportedSpec {
  readonly name: string;
  readonly text: string;
  /** What the spec cannot say. It is in the text as a comment too. */
  readonly notExpressed: readonly string[];
  /** What was written in place of something that the file does not say, or that no spec trains. */
  readonly warnings: readonly string[];
}

export interface StoredWeights {
  /** What is less precise than the weights of the model were. */
  readonly warnings: readonly string[];
  /**
   * The weights under the names of a spec.
   * @throws UserError (exit code 2) where the file has other layers, weights of other shapes, or some that are not finite
   */
  match(plan: Plan): SavedTensors;
}
