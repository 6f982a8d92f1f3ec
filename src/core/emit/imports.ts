import { fileName } from "../spec/names.ts";
import { Names } from "./names.ts";

/** The module of a file in support/nn. */
export function kernels(file: string): string {
  return `./support/nn/${file}.ts`;
}

/** The module of one kernel of a folder in support/nn, which has a file for each: "meanSquaredError" → losses/mean-squared-error.ts. */
export function kernelIn(folder: string, name: string): string {
  return kernels(`${folder}/${fileName(name)}`);
}

interface Imported {
  readonly name: string;
  readonly local: string;
  /** Read as a type only. */
  isType: boolean;
}

/**
 * The imports of one file. Who writes a name asks here for it and says where it comes from; so the file imports what it uses, no
 * more, and a name that is taken gets another one in this file.
 */
export class Imports {
  readonly #names: Names;
  readonly #byModule = new Map<string, Map<string, Imported>>();
  readonly #namespaces = new Map<string, string>();

  constructor(names: Names = new Names()) {
    this.#names = names;
  }

  /** Names that a text is written with as they are, by module: "name", "type Name" for a type, "* as name" for all of a module. */
  static of(modules: Readonly<Record<string, readonly string[]>>): Imports {
    const imports = new Imports();
    for (const [module, names] of Object.entries(modules)) {
      for (const name of names) {
        if (name.startsWith("* as ")) imports.all(module, name.slice("* as ".length));
        else if (name.startsWith("type ")) imports.use(module, [], [name.slice("type ".length)]);
        else imports.use(module, [name]);
      }
    }
    return imports;
  }

  /** The local name of a function or constant of a module. */
  value(module: string, name: string): string {
    const imported = this.#imported(module, name);
    imported.isType = false;
    return imported.local;
  }

  /** The local name of a type, or of a class of which only the type is read. */
  type(module: string, name: string): string {
    return this.#imported(module, name).local;
  }

  /** Names of a module that a text is written with as they are. */
  use(module: string, values: readonly string[], types: readonly string[] = []): void {
    for (const name of values) this.#asItIs(name, this.value(module, name));
    for (const name of types) this.#asItIs(name, this.type(module, name));
  }

  #asItIs(name: string, local: string): void {
    if (local !== name) throw new Error(`${name} is taken in this file`);
  }

  /** `import * as name`. */
  all(module: string, name: string): string {
    const local = this.#namespaces.get(module) ?? this.#names.claim(name);
    this.#namespaces.set(module, local);
    return local;
  }

  #imported(module: string, name: string): Imported {
    const names = this.#byModule.get(module) ?? new Map<string, Imported>();
    const imported = names.get(name) ?? { name, local: this.#names.claim(name), isType: true };
    this.#byModule.set(module, names.set(name, imported));
    return imported;
  }

  /** The declarations for all that was asked for until now: packages first, then files, each by name. */
  declarations(): string {
    const lines = [...this.#namespaces].map(([module, local]) => ({
      module,
      line: `import * as ${local} from "${module}";`,
    }));
    for (const [module, names] of this.#byModule)
      lines.push({ module, line: declaration(module, [...names.values()]) });
    const order = ({ module }: { module: string }): string => `${module.startsWith(".") ? 1 : 0}${module}`;
    return lines
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .map(({ line }) => line)
      .join("\n");
  }
}

function declaration(module: string, names: readonly Imported[]): string {
  const sorted = names.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const typesOnly = sorted.every(({ isType }) => isType);
  const specifiers = sorted.map(({ name, local, isType }) => {
    const renamed = local === name ? name : `${name} as ${local}`;
    return isType && !typesOnly ? `type ${renamed}` : renamed;
  });
  return `import ${typesOnly ? "type " : ""}{ ${specifiers.join(", ")} } from "${module}";`;
}
