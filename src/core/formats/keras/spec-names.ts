import type { FileGraph } from "./graph.ts";
import { camelCase } from "./names.ts";

/** Names of a file as identifiers of a spec, each once. */
export class SpecNames {
  readonly #names = new Map<string, string>();

  constructor({ inputs, nodes }: Pick<FileGraph, "nodes" | "inputs">) {
    const used = new Set<string>();
    for (const { name } of [...inputs, ...nodes]) {
      const wanted = identifier(name);
      let unique = wanted;
      for (let k = 2; used.has(unique); k++) unique = `${wanted}${k}`;
      used.add(unique);
      this.#names.set(name, unique);
    }
  }

  of(name: string): string {
    return this.#names.get(name)!;
  }

  /** Undefined for what is no part of the spec. */
  find(name: string): string | undefined {
    return this.#names.get(name);
  }
}

/** "input_layer" → "inputLayer", "my.dense/1" → "myDense1" */
export function identifier(name: string): string {
  const camel = camelCase(name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^[^A-Za-z]+/, ""));
  return (camel.charAt(0).toLowerCase() + camel.slice(1)).slice(0, 36) || "layer";
}

/** A name of anything as the name of a spec: lower case, with hyphens. */
export function modelName(name: string): string {
  const words = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return (
    words
      .replace(/^[^a-z]+|-+$/g, "")
      .slice(0, 64)
      .replace(/-+$/, "") || "model"
  );
}

/** Keras names models so itself: sequential, sequential_2, model_1, functional … */
export function isDefaultName(name: string): boolean {
  return /^(sequential|model|functional)[-_]?\d*$/i.test(name);
}
