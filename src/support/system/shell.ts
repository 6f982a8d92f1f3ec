/**
 * A command of the compiler as people can type it: npx finds it in a project, in the compiler's own clone, and where it is installed globally; a
 * shell finds the last alone.
 */
export function compilerCommand(...words: readonly string[]): string {
  return ["npx", "lstm-compile", ...words].map(shellWord).join(" ");
}

/** A word as a shell takes it, for commands that people copy. */
export function shellWord(word: string): string {
  return /^[\w./\\:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
