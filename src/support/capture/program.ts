import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { OperationGraph } from "./graph.ts";
import { handleOf, type OutputMetadata, type TensorFlowBackend, tensorFlowBackend } from "./tensorflow.ts";
import { deepCopy, type SessionVariable, type Tensors, type Traced, trace } from "./trace.ts";

/** Tensors by name, and records of them. */
export interface TensorTree {
  readonly [name: string]: tf.Tensor | TensorTree;
}

/** A function of tensors. What it reads and changes besides its inputs are variables. */
export type TensorFunction = (inputs: never) => tf.Tensor | Tensors;

export interface ProgramOptions<F extends Readonly<Record<string, TensorFunction>>> {
  /** false: everything runs eagerly */
  enabled: boolean;
  /** All variables that the functions use: weights, optimizer slots, states, sums of metrics. */
  variables: Readonly<Record<string, tf.Variable>>;
  functions: {
    readonly [K in keyof F]: {
      readonly run: F[K];
      /** Inputs of every shape to be captured; the values do not matter. The caller disposes them. */
      readonly examples: readonly Parameters<F[K]>[0][];
    };
  };
  /** Receives the one line that says why capture is not possible. */
  log: (line: string) => void;
}

/**
 * Functions over shared variables. Captured, they are one TensorFlow session that owns the values of the variables: the
 * tf.Variables are out of date until `pull`, and what is assigned to them counts only after `push`.
 */
export interface CapturedProgram<F> {
  readonly captured: boolean;
  /** Inputs stay the caller's; outputs are tracked by the caller's tf.tidy. Inputs of a shape without example run eagerly. */
  readonly functions: F;
  /** Copies values from the session to the tf.Variables (all, or the named ones), for checkpoints and export. */
  pull(names?: readonly string[]): void;
  /** Copies values from the tf.Variables to the session, after a checkpoint was loaded. */
  push(names?: readonly string[]): void;
  /** Frees the session; the variables stay as they are. */
  dispose(): void;
}

/**
 * Captures functions as a TensorFlow graph where the native backend is in use: one call of the session replaces thousands of calls
 * of operations. On other backends, and where it is not possible, the functions run eagerly.
 *
 * A captured function must be a pure function of its inputs and variables: JavaScript code runs once, when it is captured, and
 * numbers and tensors that it makes are constants from then on.
 */
export function captureProgram<F extends Readonly<Record<string, TensorFunction>>>(
  options: ProgramOptions<F>,
): CapturedProgram<F> {
  const backend = tensorFlowBackend();
  if (!options.enabled || backend === undefined) return eagerProgram(options);
  try {
    return capturedProgram(options, backend);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ").replace(/\.$/, "");
    options.log(`Runs without graph capture, more slowly: ${reason}.`);
    return eagerProgram(options);
  }
}

type AnyFunction = (inputs: TensorTree) => tf.Tensor | Tensors;

/** The same functions, each in a tf.tidy. */
function eagerProgram<F extends Readonly<Record<string, TensorFunction>>>(
  options: ProgramOptions<F>,
): CapturedProgram<F> {
  const functions = mapValues(options.functions, ({ run }) => {
    return (inputs: TensorTree) => tf.tidy(() => (run as unknown as AnyFunction)(inputs));
  });
  return { captured: false, functions: functions as unknown as F, pull() {}, push() {}, dispose() {} };
}

function capturedProgram<F extends Readonly<Record<string, TensorFunction>>>(
  options: ProgramOptions<F>,
  backend: TensorFlowBackend,
): CapturedProgram<F> {
  const graph = new OperationGraph();
  const variables = Object.entries(options.variables).map(([name, variable]) =>
    sessionVariable(graph, backend, name, variable),
  );
  const traced = mapValues(options.functions, ({ run, examples }, name) => {
    const byShape = new Map<string, Traced>();
    for (const example of examples as readonly TensorTree[]) {
      const key = shapesOf(example);
      if (byShape.has(key)) continue;
      try {
        const flat = (inputs: Tensors) => (run as unknown as AnyFunction)(asTree(example, inputs));
        byShape.set(key, trace(graph, backend, flat, leavesOf(example), variables));
      } catch (error) {
        throw new Error(`${name} ${(error as Error).message}`, { cause: error });
      }
    }
    return byShape;
  });
  const session = new Session(backend, graph);

  function pull(names?: readonly string[]): void {
    const wanted = variables.filter(({ name }) => names?.includes(name) ?? true);
    tf.tidy(() => {
      const values = session.run(
        {},
        wanted.map(({ read }) => read),
      );
      for (const [i, { variable }] of wanted.entries()) variable.assign(backend.createOutputTensor(values[i]!));
    });
  }

  function push(names?: readonly string[]): void {
    const wanted = variables.filter(({ name }) => names?.includes(name) ?? true);
    const feeds = Object.fromEntries(wanted.map(({ variable, value }) => [value, variable]));
    for (const { id } of session.run(
      feeds,
      wanted.map(({ written }) => written),
    ))
      backend.binding.deleteTensor(id);
  }

  const functions = mapValues(options.functions, ({ run }, name) => (inputs: TensorTree): tf.Tensor | Tensors => {
    const function_ = traced[name].get(shapesOf(inputs));
    if (function_ === undefined) {
      pull();
      const outputs = tf.tidy(() => (run as unknown as AnyFunction)(inputs));
      push();
      return outputs;
    }
    const leaves = leavesOf(inputs);
    const feeds = Object.fromEntries(
      Object.entries(function_.placeholders).map(([input, placeholder]) => [placeholder, leaves[input]!]),
    );
    const values = session.run(feeds, function_.outputs);
    const { outputNames } = function_;
    if (outputNames === undefined) return backend.createOutputTensor(values[0]!);
    if (outputNames.length === 0) backend.binding.deleteTensor(values[0]!.id);
    return Object.fromEntries(outputNames.map((output, i) => [output, backend.createOutputTensor(values[i]!)]));
  });

  push();
  return { captured: true, functions: functions as unknown as F, pull, push, dispose: () => session.dispose() };
}

interface TransferableVariable extends SessionVariable {
  /** fetched by pull */
  readonly read: string;
  /** fed by push */
  readonly value: string;
  /** fetched by push: it runs the assignment */
  readonly written: string;
}

function sessionVariable(
  graph: OperationGraph,
  backend: TensorFlowBackend,
  name: string,
  variable: tf.Variable,
): TransferableVariable {
  const dtype = { kind: "type", value: backend.tensorMap.get(variable.dataId).dtype } as const;
  const shape = { kind: "shape", value: variable.shape } as const;
  const sharedName = { kind: "string", value: `variable${graph.size}` } as const;
  const handle = `${graph.add("VarHandleOp", [], { dtype, shape, shared_name: sharedName })}:0`;
  const read = `${graph.add("ReadVariableOp", [handle], { dtype })}:0`;
  const value = `${graph.add("Placeholder", [], { dtype, shape })}:0`;
  const assigned = graph.add("AssignVariableOp", [handle, deepCopy(graph, value, dtype)], { dtype });
  const written = `${graph.add("Identity", [value, `^${assigned}`], { T: dtype })}:0`;
  return { name, variable, handle, read, value, written };
}

/** A TensorFlow session with the graph, loaded as a SavedModel: the one way in that tfjs-node offers. */
class Session {
  readonly #backend: TensorFlowBackend;
  #id: number | undefined;

  constructor(backend: TensorFlowBackend, graph: OperationGraph) {
    this.#backend = backend;
    const directory = mkdtempSync(join(tmpdir(), "lstm-compile-"));
    try {
      writeFileSync(join(directory, "saved_model.pb"), graph.savedModel());
      this.#id = backend.binding.loadSavedModel(directory, "serve");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Feeds and fetches are references to outputs of nodes. The caller owns the results. */
  run(feeds: Readonly<Record<string, tf.Tensor>>, fetches: readonly string[]): OutputMetadata[] {
    if (this.#id === undefined) throw new Error("the captured program was disposed");
    if (fetches.length === 0) return [];
    const ids = Object.values(feeds).map((tensor) => handleOf(this.#backend, tensor));
    return this.#backend.binding.runSavedModel(this.#id, ids, Object.keys(feeds).join(), fetches.join());
  }

  dispose(): void {
    if (this.#id !== undefined) this.#backend.binding.deleteSavedModel(this.#id);
    this.#id = undefined;
  }
}

/** Names, types and shapes of inputs, whatever their order. */
export function shapesOf(inputs: TensorTree): string {
  return Object.entries(leavesOf(inputs))
    .map(([name, { dtype, shape }]) => `${name} ${dtype}[${shape}]`)
    .sort()
    .join("; ");
}

/** { inputs: { x } } → { "inputs/x": x }: names of two records that are equal stay apart. */
function leavesOf(tree: TensorTree, prefix = ""): Record<string, tf.Tensor> {
  const leaves: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (value instanceof tf.Tensor) leaves[prefix + name] = value;
    else Object.assign(leaves, leavesOf(value, `${prefix}${name}/`));
  }
  return leaves;
}

/** The leaves in the form of another tree. */
function asTree(form: TensorTree, leaves: Tensors, prefix = ""): TensorTree {
  const entries = Object.entries(form).map(([name, value]) => [
    name,
    value instanceof tf.Tensor ? leaves[prefix + name]! : asTree(value, leaves, `${prefix}${name}/`),
  ]);
  return Object.fromEntries(entries) as TensorTree;
}

function mapValues<T extends object, R>(
  object: T,
  map: (value: T[keyof T], key: keyof T & string) => R,
): { [K in keyof T]: R } {
  const entries = Object.entries(object) as [keyof T & string, T[keyof T]][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as { [K in keyof T]: R };
}
