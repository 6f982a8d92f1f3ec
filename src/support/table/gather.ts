import { readFully } from "./prepared-file.ts";

/** Unit: bytes. */
const BATCH = 16 * 2 ** 20;
/** Rows no farther apart than this are read at once, together with those between them. Unit: bytes. */
const NEAR = 4096;
const MOST = 2 ** 20;

/**
 * Rows of a file in another order, batch by batch: [rows of the batch, width] each, a view that holds until the next. Rows of a batch
 * are read in the order in which they lie in the file.
 * @param batchBytes of the rows of a batch
 */
export function* gather(
  path: string,
  file: number,
  width: number,
  order: Uint32Array,
  batchBytes = BATCH,
): Generator<{ readonly first: number; readonly rows: Float64Array }> {
  const most = Math.max(1, Math.floor(batchBytes / 8 / width));
  const near = Math.max(1, Math.floor(NEAR / 8 / width));
  const span = Math.max(1, Math.floor(MOST / 8 / width));
  const batch = new Float64Array(Math.min(most, order.length) * width);
  const read = new Float64Array(span * width);
  for (let first = 0; first < order.length; first += most) {
    const positions = order.subarray(first, first + most);
    const places = sortedPlaces(positions);
    for (let k = 0; k < places.length; ) {
      const start = positions[places[k]!]!;
      let end = k;
      while (end + 1 < places.length) {
        const next = positions[places[end + 1]!]!;
        if (next - positions[places[end]!]! > near || next - start >= span) break;
        end++;
      }
      const rows = positions[places[end]!]! - start + 1;
      const view = read.subarray(0, rows * width);
      readFully(file, new Uint8Array(view.buffer, 0, view.byteLength), start * width * 8, path);
      for (; k <= end; k++) {
        const at = (positions[places[k]!]! - start) * width;
        batch.set(view.subarray(at, at + width), places[k]! * width);
      }
    }
    yield { first, rows: batch.subarray(0, positions.length * width) };
  }
}

/** 0, 1, 2, … by the position that stands there. */
function sortedPlaces(positions: Uint32Array): Uint32Array {
  const places = Uint32Array.from({ length: positions.length }, (_, k) => k);
  const isRising = positions.every((position, k) => k === 0 || position > positions[k - 1]!);
  return isRising ? places : places.sort((a, b) => positions[a]! - positions[b]!);
}
