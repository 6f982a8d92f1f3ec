/**
 * A command of the compiler as people can type it wherever they have it: npx finds it in the project, beside npm and in the registry; a shell
 * finds only what is installed globally.
 */
export function compilerCommand(...words: readonly string[]): string {
  return ["npx", "lstm-compile", ...words].map(shellWord).join(" ");
}

/** A word as a shell takes it, for commands that people copy. */
export function shellWord(word: string): string {
  return /^[\w./\\:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
