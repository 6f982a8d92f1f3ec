/** The identifiers of one file, each for one thing. */
export class Names {
  readonly #taken: Set<string>;

  /** @param taken names that are never given */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name to write: `wanted`, or where that is taken `wanted_`. Names of a spec have no underscore, so it is not theirs. */
  claim(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    return name;
  }
}

/** Words that cannot be variables of a module: those that ECMAScript reserves in strict code, and those that it does not let anyone declare. */
export const RESERVED_WORDS: readonly string[] = (
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for " +
  "function if implements import in instanceof interface let new null package private protected public return static super switch " +
  "this throw true try typeof undefined var void while with yield"
).split(" ");
