import type { ImageSplit } from "./dataset.ts";
import type { IdxImages } from "./idx-format.ts";
import { inMemory } from "./splits.ts";

/** Images and labels as samples: a row is a timestep. Pixels stay bytes until a batch is read. */
export function imageSplit(images: IdxImages, labels: Uint8Array, scale: number): ImageSplit {
  const { count, rows, columns, pixels } = images;
  const scaled = Float32Array.from({ length: 256 }, (_, value) => value / scale);
  const input = (indices: Int32Array): Float32Array => {
    const batch = indices.length;
    const x = new Float32Array(rows * batch * columns);
    for (let b = 0; b < batch; b++) {
      let from = indices[b]! * rows * columns;
      for (let row = 0; row < rows; row++) {
        const to = (row * batch + b) * columns;
        for (let column = 0; column < columns; column++) x[to + column] = scaled[pixels[from++]!]!;
      }
    }
    return x;
  };
  const targets = (indices: Int32Array): Int32Array => indices.map((index) => labels[index]!);
  return {
    ...inMemory({ count, inputs: { input }, targets }),
    pixels: async (index) => pixels.subarray(index * rows * columns, (index + 1) * rows * columns),
  };
}
