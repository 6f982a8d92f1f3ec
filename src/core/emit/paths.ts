/** The folder of a posix path; "." where it names none. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, Math.max(end, 1));
}

/** A posix path as it stands in a folder, without `.` and needless `..`. */
export function joinPath(folder: string, path: string): string {
  const root = folder.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (root === "") parts.push(part);
  }
  const joined = `${root}${parts.join("/")}` || ".";
  return path.endsWith("/") && joined !== "/" ? `${joined}/` : joined;
}
