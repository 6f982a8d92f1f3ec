import * as tf from "@tensorflow/tfjs-core";
import type { Attribute, OperationGraph, Reference } from "./graph.ts";
import {
  type Binding,
  DataType,
  handleOf,
  type OpAttribute,
  type OutputMetadata,
  type TensorFlowBackend,
} from "./tensorflow.ts";

/** Why a function cannot be captured; a sentence without its subject, such as "reads a tensor back". */
export class NotCapturable extends Error {}

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A variable of the session. */
export interface SessionVariable {
  readonly name: string;
  readonly variable: tf.Variable;
  /** the VarHandleOp */
  readonly handle: Reference;
}

/** A function as a part of the graph, for inputs of one shape. */
export interface Traced {
  /** placeholders by input name */
  readonly placeholders: Readonly<Record<string, Reference>>;
  /** Fetching any of these runs all assignments too. */
  readonly outputs: readonly Reference[];
  /** names of the outputs; undefined where the function returns one tensor */
  readonly outputNames: readonly string[] | undefined;
}

/**
 * Runs `run` once on copies of `example` and adds every operation to the graph. The variables have their old values afterwards.
 * @throws NotCapturable
 */
export function trace(
  graph: OperationGraph,
  backend: TensorFlowBackend,
  run: (inputs: Tensors) => tf.Tensor | Tensors,
  example: Tensors,
  variables: readonly SessionVariable[],
): Traced {
  return tf.tidy(() => {
    const listed = new Set<tf.Variable>(variables.map(({ variable }) => variable));
    const unlisted = Object.values(tf.engine().registeredVariables).filter((variable) => !listed.has(variable));
    const saved = variables.map(({ variable }) => ({ variable, value: variable.clone() }));
    try {
      const recorder = new Recorder(graph, backend);
      // Copies have handles of their own, also where one tensor is the value of two inputs or variables.
      const placeholders: Record<string, Reference> = {};
      const inputs: Record<string, tf.Tensor> = {};
      for (const [name, tensor] of Object.entries(example)) {
        const copy = copyOf(backend, tensor);
        inputs[name] = copy;
        placeholders[name] = recorder.input(copy);
      }
      for (const { variable, handle } of variables) {
        const copy = copyOf(backend, variable);
        recorder.variable(copy, handle);
        variable.assign(copy);
      }
      for (const [name, tensor] of Object.entries(example)) {
        recorder.forbid(tensor, `uses the example's ${name} instead of the input`);
      }
      for (const variable of unlisted) {
        recorder.forbid(variable, `uses the variable ${variable.name}, which is not among the captured ones`);
      }
      const before = unlisted.map((variable) => variable.dataId);

      const result = recorder.record(() => run(inputs));

      const changed = unlisted.find((variable, i) => variable.dataId !== before[i]);
      if (changed !== undefined) {
        throw new NotCapturable(`assigns to the variable ${changed.name}, which is not among the captured ones`);
      }
      const assignments = variables.flatMap(({ variable, handle }) => recorder.assignment(variable, handle));
      const tensors = result instanceof tf.Tensor ? [result] : Object.values(result);
      const outputs = tensors.map((tensor) => recorder.output(tensor, assignments));
      if (outputs.length === 0) outputs.push(recorder.done(assignments));
      return { placeholders, outputs, outputNames: result instanceof tf.Tensor ? undefined : Object.keys(result) };
    } finally {
      for (const { variable, value } of saved) variable.assign(value);
    }
  });
}

function copyOf(backend: TensorFlowBackend, tensor: tf.Tensor): tf.Tensor {
  const { dtype } = backend.tensorMap.get(tensor.dataId);
  const attributes = [{ name: "T", type: backend.binding.TF_ATTR_TYPE, value: dtype }];
  return backend.executeSingleOutput("Identity", attributes, [tensor]);
}

/** Knows where in the graph each tensor comes from, by its handle. */
class Recorder {
  readonly #graph: OperationGraph;
  readonly #backend: TensorFlowBackend;
  readonly #references = new Map<number, Reference>();
  /** Tensors that become constants when they are used. */
  readonly #values = new Map<number, { shape: readonly number[]; dtype: number; values?: unknown }>();
  readonly #forbidden = new Map<number, string>();
  readonly #reads = new Map<Reference, Reference>();
  readonly #placeholders = new Set<Reference>();
  #reason: string | undefined;

  constructor(graph: OperationGraph, backend: TensorFlowBackend) {
    this.#graph = graph;
    this.#backend = backend;
  }

  input(tensor: tf.Tensor): Reference {
    const { dtype, shape } = this.#backend.tensorMap.get(tensor.dataId);
    const placeholder = `${this.#graph.add("Placeholder", [], {
      dtype: { kind: "type", value: dtype },
      shape: { kind: "shape", value: shape },
    })}:0`;
    this.#placeholders.add(placeholder);
    this.#references.set(handleOf(this.#backend, tensor), placeholder);
    return placeholder;
  }

  variable(tensor: tf.Tensor, handle: Reference): void {
    const { dtype } = this.#backend.tensorMap.get(tensor.dataId);
    const read = this.#graph.add("ReadVariableOp", [handle], { dtype: { kind: "type", value: dtype } });
    this.#reads.set(handle, read);
    this.#references.set(handleOf(this.#backend, tensor), `${read}:0`);
  }

  /** A use of this tensor is a reason not to capture. */
  forbid(tensor: tf.Tensor, reason: string): void {
    this.#forbidden.set(handleOf(this.#backend, tensor), reason);
  }

  /** Runs `body` while every operation of the backend is added to the graph. */
  record<T>(body: () => T): T {
    const backend = this.#backend;
    const binding = backend.binding;
    const getInputTensorIds = backend.getInputTensorIds;
    const recorder = this;
    const overrides: Partial<Binding> = {
      executeOp(name, attributes, inputs, outputs) {
        const results = binding.executeOp(name, attributes, inputs, outputs);
        recorder.#attempt(() => recorder.#operation(name, attributes, inputs, results));
        return results;
      },
      createTensor(shape, dtype, values) {
        const id = binding.createTensor(shape, dtype, values);
        recorder.#values.set(id, { shape, dtype, values });
        return id;
      },
      tensorDataSync(id) {
        recorder.#reason ??= "reads a tensor back from the device";
        return binding.tensorDataSync(id);
      },
      runSavedModel(...call) {
        recorder.#reason ??= "runs a captured program itself";
        return binding.runSavedModel(...call);
      },
    };
    const recording = Object.create(binding) as Binding;
    // The binding's properties are read-only: an assignment would be refused on the heir, too.
    for (const [name, value] of Object.entries(overrides)) Object.defineProperty(recording, name, { value });
    // Here a tensor that nobody recorded still has a shape and a type.
    backend.getInputTensorIds = (tensors) => {
      const ids = getInputTensorIds.call(backend, tensors);
      for (const [i, id] of ids.entries()) {
        const { dataId } = tensors[i]!;
        if (dataId !== undefined && !recorder.#references.has(id) && !recorder.#values.has(id)) {
          const { shape, dtype } = backend.tensorMap.get(dataId);
          recorder.#values.set(id, { shape, dtype });
        }
      }
      return ids;
    };
    backend.binding = recording;
    let result: T;
    try {
      result = body();
    } finally {
      backend.binding = binding;
      // An own property hides the method of the class.
      delete (backend as { getInputTensorIds?: unknown }).getInputTensorIds;
    }
    if (this.#reason !== undefined) throw new NotCapturable(this.#reason);
    return result;
  }

  /** The AssignVariableOp, if the variable has another value than at the start; after the read, whatever order they ran in. */
  assignment(variable: tf.Variable, handle: Reference): string[] {
    const value = this.#reference(variable);
    const read = this.#reads.get(handle)!;
    if (value === `${read}:0`) return [];
    const dtype: Attribute = { kind: "type", value: this.#backend.tensorMap.get(variable.dataId).dtype };
    return [this.#graph.add("AssignVariableOp", [handle, this.#owned(value, dtype), `^${read}`], { dtype })];
  }

  output(tensor: tf.Tensor, after: readonly string[]): Reference {
    const { dtype } = this.#backend.tensorMap.get(tensor.dataId);
    const inputs = [this.#reference(tensor), ...after.map((name) => `^${name}`)];
    return `${this.#graph.add("Identity", inputs, { T: { kind: "type", value: dtype } })}:0`;
  }

  /** Something to fetch where there is no output. */
  done(after: readonly string[]): Reference {
    const zero = this.#graph.constant({ dtype: DataType.float32, shape: [], content: new Uint8Array(4) });
    const inputs = [zero, ...after.map((name) => `^${name}`)];
    return `${this.#graph.add("Identity", inputs, { T: { kind: "type", value: DataType.float32 } })}:0`;
  }

  /** See `deepCopy`. */
  #owned(value: Reference, type: Attribute): Reference {
    return this.#placeholders.has(value) ? deepCopy(this.#graph, value, type) : value;
  }

  #operation(name: string, attributes: OpAttribute[], inputs: number[], results: readonly OutputMetadata[]): void {
    const references = inputs.map((id) => this.#referenceOf(id));
    const converted = Object.fromEntries(
      attributes.map((attribute) => [attribute.name, this.#attribute(name, attribute)]),
    );
    // The one operation of tfjs-node 4.22 that leaves its type to be inferred, which a graph cannot.
    if (name === "ExpandDims") converted.T ??= { kind: "type", value: results[0]!.dtype };
    const node = this.#graph.add(name, references, converted);
    for (const [i, { id }] of results.entries()) this.#references.set(id, `${node}:${i}`);
  }

  /** Keeps the first reason and lets the eager run go on. */
  #attempt(record: () => void): void {
    if (this.#reason !== undefined) return;
    try {
      record();
    } catch (error) {
      if (!(error instanceof NotCapturable)) throw error;
      this.#reason = error.message;
    }
  }

  #reference(tensor: tf.Tensor): Reference {
    const id = handleOf(this.#backend, tensor);
    if (!this.#references.has(id) && !this.#values.has(id)) {
      this.#values.set(id, this.#backend.tensorMap.get(tensor.dataId));
    }
    return this.#referenceOf(id);
  }

  #referenceOf(id: number): Reference {
    const reason = this.#forbidden.get(id);
    if (reason !== undefined) throw new NotCapturable(reason);
    let reference = this.#references.get(id);
    if (reference === undefined) {
      reference = this.#constant(id);
      this.#references.set(id, reference);
    }
    return reference;
  }

  #constant(id: number): Reference {
    const known = this.#values.get(id);
    if (known === undefined) throw new NotCapturable("uses a tensor of unknown origin");
    const values = known.values ?? this.#backend.binding.tensorDataSync(id);
    const types: readonly number[] = Object.values(DataType);
    if (!ArrayBuffer.isView(values) || !types.includes(known.dtype)) {
      throw new NotCapturable(`uses a constant of TensorFlow's type ${known.dtype}`);
    }
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.#graph.constant({ dtype: known.dtype, shape: known.shape, content });
  }

  #attribute(op: string, { name, type, value }: OpAttribute): Attribute {
    const { binding } = this.#backend;
    const kinds: Record<number, Attribute["kind"]> = {
      [binding.TF_ATTR_TYPE]: "type",
      [binding.TF_ATTR_INT]: "int",
      [binding.TF_ATTR_FLOAT]: "float",
      [binding.TF_ATTR_BOOL]: "bool",
      [binding.TF_ATTR_STRING]: "string",
      [binding.TF_ATTR_SHAPE]: "shape",
    };
    const kind = kinds[type];
    const isNumeric = (item: unknown): boolean => typeof item === "number" || typeof item === "boolean";
    const fits =
      kind === "string"
        ? typeof value === "string"
        : kind === "shape"
          ? Array.isArray(value) && value.every(isNumeric)
          : kind !== undefined && (isNumeric(value) || (Array.isArray(value) && value.every(isNumeric)));
    if (!fits) throw new NotCapturable(`runs ${op}, whose attribute ${name} cannot be written into a graph`);
    return { kind, value } as Attribute;
  }
}

/**
 * A copy in TensorFlow's own memory. A fed tensor may lie in a JavaScript array; a variable must not hold the last reference to
 * that, because TensorFlow would release it on a thread of its own.
 */
export function deepCopy(graph: OperationGraph, value: Reference, type: Attribute): Reference {
  return `${graph.add("DeepCopy", [value], { T: type })}:0`;
}
