import type { Layer } from "./types.ts";

/** Layers without a name get their type and a number: lstm1, lstm2, dropout1. */
export function layerNames(layers: readonly Layer[]): string[] {
  const counts: Record<string, number> = {};
  return layers.map((layer) => {
    counts[layer.type] = (counts[layer.type] ?? 0) + 1;
    return layer.name ?? `${layer.type}${counts[layer.type]}`;
  });
}

/** "hardSigmoid" → "hard-sigmoid": how the files of support/nn are called after what they compute. */
export function fileName(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** "hardSigmoid" → "HARD_SIGMOID": how generated programs and the support files name constants. */
export function constantName(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, "_$&").toUpperCase();
}

/** Whether a name cannot be a folder on Windows, where these are devices. */
export function isWindowsDevice(name: string): boolean {
  return /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/.test(name);
}
