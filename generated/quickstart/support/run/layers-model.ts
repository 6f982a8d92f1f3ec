import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, makeFolder, writeError } from "../system/files.ts";
import type { SavedTensors } from "./checkpoint.ts";
import { type LayersModelNotes, type LayersTopology, layersModelFiles } from "./layers-model-files.ts";

export type { LayersTopology } from "./layers-model-files.ts";

/**
 * Writes the files of a TensorFlow.js LayersModel into a folder; model.json comes last.
 * @throws UserError where the folder cannot be written
 */
export function writeLayersModel(
  directory: string,
  topology: LayersTopology,
  weights: SavedTensors,
  notes: LayersModelNotes,
): void {
  const files = layersModelFiles(topology, weights, notes);
  try {
    makeFolder(directory);
    // What a kill in the middle of an export has left.
    for (const name of readdirSync(directory)) if (/\.\d+\.tmp$/.test(name)) rmSync(join(directory, name));
  } catch (error) {
    throw writeError(directory, error);
  }
  for (const [name, bytes] of files) atomicWrite(join(directory, name), bytes);
}
