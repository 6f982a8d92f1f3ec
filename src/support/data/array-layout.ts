/**
 * What to do about an array whose axes seem to be in another order, or joined; undefined where neither seems so.
 * @param change what else the author can do, where the samples are in their place
 */
export function layoutFix(found: readonly number[], wanted: readonly number[], change: string): string | undefined {
  if (found.join() === wanted.join() && wanted.length > 1) {
    return "this is as large as one sample: give it an axis that counts the samples, array[None]";
  }
  if (found.length !== wanted.length + 1 || wanted.length === 0) {
    const size = product(wanted);
    if (wanted.length < 2 || product(found) % size !== 0 || found.length > wanted.length + 1) return undefined;
    const rows = `where ${wanted[0]} rows after one another are a sample, use`;
    return `${rows} array.reshape(${product(found) / size}, ${wanted.join(", ")})`;
  }
  const order = orders(found.length).find((axes) => wanted.every((size, k) => found[axes[k + 1]!] === size));
  if (order === undefined) return undefined;
  const time = wanted.length === 2 ? ` and axis ${order[1]} to be time` : "";
  const other = order[0] === 0 ? `; or ${change}` : "";
  return `axis ${order[0]} seems to count the samples${time}: write array.transpose(${order.join(", ")})${other}`;
}

/** All orders of two or three axes. */
function orders(rank: number): number[][] {
  if (rank === 1) return [[0]];
  return orders(rank - 1).flatMap((order) =>
    Array.from({ length: rank }, (_, at) => [...order.slice(0, at), rank - 1, ...order.slice(at)]),
  );
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}
