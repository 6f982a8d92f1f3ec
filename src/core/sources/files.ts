/** A file of the data folder that a dataset names: where in the dataset, as a JSON pointer, and its path. */
export type NamedFile = readonly [pointer: string, path: string];

/** What stands under `keys` in a section, at any depth. */
export function filesUnder(section: object, keys: readonly string[]): NamedFile[] {
  return Object.entries(section).flatMap(([key, value]): NamedFile[] => {
    if (typeof value === "object") {
      return filesUnder(value, keys).map(([pointer, path]) => [`/${key}${pointer}`, path]);
    }
    return keys.includes(key) && typeof value === "string" ? [[`/${key}`, value]] : [];
  });
}

/** Whether a path leads out of the folder that it starts at. */
export function leavesFolder(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.split("/").includes("..");
}
