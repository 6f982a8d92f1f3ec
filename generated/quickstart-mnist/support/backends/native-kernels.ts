import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../capture/tensorflow.ts";

/**
 * Replaces tfjs-node's kernel for tf.gather, which reads all indices back from the device to check them: slow, and impossible in a
 * captured graph. TensorFlow checks them itself (on a GPU rows out of range are zeros).
 */
export function replaceGatherKernel(): void {
  tf.unregisterKernel("GatherV2", "tensorflow");
  tf.registerKernel({
    kernelName: "GatherV2",
    backendName: "tensorflow",
    kernelFunc({ inputs, attrs, backend }) {
      const { x, indices } = inputs as Record<"x" | "indices", tf.TensorInfo>;
      const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
      const { binding, tensorMap, executeSingleOutput } = backend as TensorFlowBackend;
      const typeOf = (tensor: tf.TensorInfo): number => tensorMap.get(tensor.dataId).dtype;
      const axisTensor = tf.scalar(axis, "int32");
      const gathered = executeSingleOutput.call(
        backend,
        "GatherV2",
        [
          { name: "batch_dims", type: binding.TF_ATTR_INT, value: batchDims },
          { name: "Tparams", type: binding.TF_ATTR_TYPE, value: typeOf(x) },
          { name: "Tindices", type: binding.TF_ATTR_TYPE, value: typeOf(indices) },
          { name: "Taxis", type: binding.TF_ATTR_TYPE, value: typeOf(axisTensor) },
        ],
        [x, indices, axisTensor],
      );
      axisTensor.dispose();
      return gathered;
    },
  });
}
