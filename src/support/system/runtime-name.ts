/** The npm package that all programs run on. */
export const RUNTIME = "lstm-compile-runtime";
