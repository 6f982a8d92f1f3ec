// What people bring: labelled sequences, a series, a text. All of it is made here, the same each time.

/** A `.npy` file of version 1. `values`: Float32Array or Uint8Array. */
export function npy(values, shape) {
  const type = values instanceof Float32Array ? "<f4" : "|u1";
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from("\x93NUMPY\x01\x00\0\0", "latin1");
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer)]);
}

/** Sequences [count, 20, 2] of three kinds, told apart by how fast they turn, and their labels [count]. */
export function gestures(count, from) {
  const labels = Uint8Array.from({ length: count }, (_, n) => (n + from) % 3);
  const steps = new Float32Array(count * 40);
  for (let n = 0; n < count; n++) {
    for (let t = 0; t < 20; t++) {
      const angle = (0.15 + 0.25 * labels[n]) * t + 0.7 * (n + from);
      steps.set([Math.cos(angle), Math.sin(angle)], n * 40 + 2 * t);
    }
  }
  return { steps, labels };
}

/** Months with a trend and a season, as CSV. */
export function visits(months) {
  const rows = Array.from({ length: months }, (_, k) => {
    const month = `${2014 + Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, "0")}`;
    const value = (800 + 5 * k) * (1 + 0.2 * Math.sin((k * Math.PI) / 6)) + ((k * 37) % 23);
    return `${month},${value.toFixed(0)},${k % 12 === 6 ? 1 : 0}\n`;
  });
  return `month,visits,holiday\n${rows.join("")}`;
}

/** Verses of a few words, in an order that does not repeat soon. */
export function verses(count) {
  const words = ["rain", "light", "stone", "river", "wind", "night", "leaf"];
  const verse = (n) =>
    `the ${words[n % 7]} is ${["near", "far", "old"][n % 3]}, and the ${words[(3 * n + 2) % 7]} sings.\n`;
  return Array.from({ length: count }, (_, n) => verse(n)).join("");
}
