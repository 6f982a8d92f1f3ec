import * as tf from "@tensorflow/tfjs-core";

/** The values of TensorFlow's enum DataType (types.proto) that a graph of ours may contain. */
export const DataType = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10 } as const;

/** An attribute of an operation, as tfjs-node hands it to its binding. */
export interface OpAttribute {
  readonly name: string;
  /** one of the binding's TF_ATTR_… */
  readonly type: number;
  readonly value: unknown;
}

/** A tensor that the binding made: `id` is its handle. Handles are counted up and never used twice. */
export interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What tfjs-node's binding.node offers, as far as it is used here. Its properties are read-only. */
export interface Binding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayBufferView;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): OutputMetadata[];
  loadSavedModel(directory: string, tags: string): number;
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): OutputMetadata[];
  deleteSavedModel(session: number): void;
}

interface TensorData {
  readonly shape: number[];
  readonly dtype: number;
}

/** tfjs-node's NodeJSKernelBackend. */
export interface TensorFlowBackend extends tf.KernelBackend {
  binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): TensorData };
  /** TensorFlow's DataType */
  getDTypeInteger(dtype: tf.DataType): number;
  /** Uploads what is not on the device yet. */
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  createOutputTensor(metadata: OutputMetadata): tf.Tensor;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: tf.TensorInfo[]): tf.Tensor;
}

/** The backend in use, if it is the native one. */
export function tensorFlowBackend(): TensorFlowBackend | undefined {
  return tf.getBackend() === "tensorflow" ? (tf.backend() as TensorFlowBackend) : undefined;
}

/** The handle of a tensor; its values are on the device then. */
export function handleOf(backend: TensorFlowBackend, tensor: tf.TensorInfo): number {
  return backend.getInputTensorIds([tensor])[0]!;
}

/** Runs an operation whose only attribute is the type T of its first input. */
export function executeOp<T extends tf.Tensor>(backend: TensorFlowBackend, name: string, inputs: T[]): T {
  const value = backend.tensorMap.get(inputs[0]!.dataId).dtype;
  return backend.executeSingleOutput(name, [{ name: "T", type: backend.binding.TF_ATTR_TYPE, value }], inputs) as T;
}

/** TensorFlow's StatelessRandomUniform: float32 in [0, 1). seed: [2] int32. */
export function statelessUniform(backend: TensorFlowBackend, shape: [number, number], seed: tf.Tensor): tf.Tensor2D {
  const type = (name: string, dtype: "float32" | "int32"): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_TYPE,
    value: backend.getDTypeInteger(dtype),
  });
  const attributes = [type("dtype", "float32"), type("T", "int32"), type("Tseed", "int32")];
  const inputs = [tf.tensor1d(shape, "int32"), seed];
  return backend.executeSingleOutput("StatelessRandomUniform", attributes, inputs) as tf.Tensor2D;
}
