/** What a file of a program decides. */
export type Role =
  /** What the model computes, and how it is trained. */
  | "numbers"
  /** What the model is given, and how its outputs are read. */
  | "data"
  /** How the program is started, and what it leaves behind. */
  | "run"
  /** What is installed. */
  | "install"
  /** For people. */
  | "about";

export const ROLES: readonly Role[] = ["numbers", "data", "run", "install", "about"];

const INSTALL = [".npmrc", "package.json", "tsconfig.json"];

/** @param path of a program's file, posix */
export function roleOf(path: string): Role {
  if (path === "README.md") return "about";
  if (INSTALL.includes(path)) return "install";
  if (path === "model.ts" || path === "train.ts" || path.startsWith("support/nn/")) return "numbers";
  if (path === "data.ts" || path === "predictor.ts" || path.startsWith("support/")) return "data";
  return "run";
}
