import { basename, normalize, sep } from "node:path";

/** File names by path: the last part of the path, and more of it where two files share that. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const unique = [...new Set(paths)];
  const parts = unique.map((path) => normalize(path).split(sep));
  for (let length = 1; ; length++) {
    const names = parts.map((part) => part.slice(-length).join("/"));
    if (new Set(names).size === unique.length || parts.every((part) => part.length <= length)) {
      return new Map(unique.map((path, k) => [path, length === 1 ? basename(path) : names[k]!]));
    }
  }
}
