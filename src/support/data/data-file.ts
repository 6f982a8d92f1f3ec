import { join } from "node:path";

/** Path of a dataset's file: inside `directory` (what --data names), or below the current folder. */
export function dataFile(directory: string | undefined, file: string): string {
  return join(directory ?? ".", file);
}
