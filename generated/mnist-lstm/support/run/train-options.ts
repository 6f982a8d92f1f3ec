import { backendOption, flag, folder, integer, type Option, seedOption, type Values } from "../system/options.ts";

export interface TrainDefaults {
  readonly name: string;
  readonly epochs: number;
  readonly seed: number;
  /** Whether the dataset is read from files. */
  readonly readsData: boolean;
}

/** What train.ts takes. */
export function trainCommandLine({ name, epochs, seed, readsData }: TrainDefaults) {
  // Generated data comes from no folder.
  const data: { data?: Option<string | undefined> } = readsData
    ? { data: folder("folder with the dataset's files (default: that of the spec)") }
    : {};
  return {
    summary: `Trains ${name}.`,
    options: {
      backend: backendOption(),
      ...(data as Required<typeof data>),
      out: folder(`run directory (default: a new one, runs/${name}/0001, 0002, …)`),
      overwrite: flag("replace the run in --out"),
      resume: flag("continue the run in --out, or the latest, from its checkpoint"),
      acceptChangedProgram: flag("resume although the program was edited since"),
      epochs: integer(`epochs (spec: ${epochs})`, { minimum: 1, maximum: 1e6, otherwise: epochs }),
      limit: integer("train on the first N samples only", {
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        otherwise: undefined,
      }),
      seed: seedOption(`root seed (spec: ${seed})`, seed),
      checkpointSeconds: integer("save a checkpoint every N seconds, and after each epoch (default: 60)", {
        minimum: 1,
        maximum: 1e9,
        otherwise: 60,
      }),
      noCapture: flag("run each operation on its own, without graph capture"),
      quiet: flag("no progress, errors only"),
      verbose: flag("also what the libraries print"),
    },
    needs: [
      ["overwrite", "out"],
      ["acceptChangedProgram", "resume"],
    ],
    excludes: [["overwrite", "resume"]],
  } as const;
}

export type TrainOptions = Values<ReturnType<typeof trainCommandLine>["options"]>;

/** What the command line decided instead of the spec, for run.json. */
export function overrides(
  options: TrainOptions,
  defaults: Pick<TrainDefaults, "epochs" | "seed">,
): Record<string, string | number | boolean> {
  const changed: Record<string, string | number | boolean> = {};
  if (options.backend !== "auto") changed.backend = options.backend;
  if (options.data !== undefined) changed.data = options.data;
  if (options.epochs !== defaults.epochs) changed.epochs = options.epochs;
  if (options.limit !== undefined) changed.limit = options.limit;
  if (options.seed !== defaults.seed) changed.seed = options.seed;
  if (options.noCapture) changed.capture = false;
  return changed;
}
