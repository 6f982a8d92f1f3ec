/** What the core asks of the place where it runs. All else comes from the text that it is given. */
export interface Host {
  /**
   * The text of a support file, by its posix path below support/.
   * @throws where there is none
   */
  supportFile(path: string): string;
  /** The package that programs run on. */
  runtime(): RuntimePackage;
}

/**
 * What a program runs on and what its numbers do not come from — backends and their installers, graph capture, run folders — is a package
 * of its own. All programs of a compiler version come with the same one, as a file that `npm install` unpacks; this is it, as `npm run
 * build` has made it.
 */
export interface RuntimePackage {
  readonly version: string;
  /** Its name in a program's folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** SHA-256 over the files inside, as its package.json states it, too. */
  readonly contents: string;
  /** SHA-256 of the list of all files that this compiler version can put beside a program: see `lstm-compile support`. */
  readonly support: string;
}

/** The rooms of src/support that make up the package. The others are copied into each program, file by file. */
export const RUNTIME_ROOMS: readonly string[] = ["backends", "capture", "run", "system"];
