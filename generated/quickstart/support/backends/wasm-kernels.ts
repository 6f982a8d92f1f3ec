import * as tf from "@tensorflow/tfjs-core";

/** What these kernels use of the wasm backend. */
interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  /** The numbers of a tensor where they lie; valid until the next allocation. */
  typedArrayFromHeap(tensor: tf.TensorInfo): tf.TypedArray;
}

let replaced = false;

/**
 * Replaces the library's kernels for tf.slice and tf.split, which first copy the whole tensor out of the heap: cutting the 28 steps
 * from [896,1024] took 95 ms, as long as three matrix products of that size, and takes 3 ms with these.
 */
export function replaceSliceKernels(): void {
  if (replaced) return;
  replaced = true;
  replaceKernel("Slice", ({ inputs: { x }, attrs, backend }) => {
    const { begin, size } = attrs as unknown as tf.SliceAttrs;
    const [first, shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    return slice(backend as WasmBackend, x!, first, shape);
  });
  replaceKernel("SplitV", ({ inputs: { x }, attrs, backend }) => {
    const { numOrSizeSplits, axis } = attrs as unknown as tf.SplitVAttrs;
    const splitAxis = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, splitAxis);
    const begin = x!.shape.map(() => 0);
    return sizes.map((size) => {
      const part = slice(backend as WasmBackend, x!, begin, x!.shape.with(splitAxis, size));
      begin[splitAxis]! += size;
      return part;
    });
  });
}

function slice(
  backend: WasmBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  tf.slice_util.assertParamsValid(x, [...begin], [...size]);
  const part = backend.makeOutput(size, x.dtype); // may move the heap: the arrays are taken afterwards
  const to = backend.typedArrayFromHeap(part);
  if (to.length === 0) return part;
  const from = backend.typedArrayFromHeap(x);
  const strides = [...tf.util.computeStrides(x.shape), 1];
  // From `axis` on, what is wanted lies together; the axes before it are walked through.
  let axis = Math.max(0, x.shape.length - 1);
  while (axis > 0 && size[axis] === x.shape[axis]) axis--;
  const run = (size[axis] ?? 1) * strides[axis]!;
  const index = [...begin];
  for (let filled = 0; filled < to.length; filled += run) {
    const start = index.reduce((sum, k, a) => sum + k * strides[a]!, 0);
    to.set(from.subarray(start, start + run), filled);
    for (let a = axis - 1; a >= 0 && ++index[a]! === begin[a]! + size[a]!; a--) index[a] = begin[a]!;
  }
  return part;
}

function replaceKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  const { kernelFunc: original, ...kernel } = tf.getKernel(kernelName, "wasm");
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    ...kernel,
    // Strings are not in the heap.
    kernelFunc: (args) => (args.inputs.x!.dtype === "string" ? original(args) : kernelFunc(args)),
  });
}
