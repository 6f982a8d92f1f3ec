import type { Shape } from "./dataset.ts";

/** What a sample is: one vector, a sequence of them, one frame (rows, columns and channels), or a sequence of frames. */
export type ShapeKind = "vector" | "sequence" | "frame" | "frames";

const KINDS: readonly ShapeKind[] = ["vector", "sequence", "frame", "frames"];

export function kindOfShape(shape: Shape): ShapeKind {
  return KINDS[shape.length - 1]!;
}

/** A vector for each timestep. */
export function isSequence(shape: Shape): boolean {
  return kindOfShape(shape) === "sequence";
}

/** Whether its vectors are the places of frames: their channels. */
export function hasFrames(shape: Shape): boolean {
  return shape.length > 2;
}

export function size(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** 1 where there is no axis of time. */
export function timestepsOf(shape: Shape): number {
  return isSequence(shape) || kindOfShape(shape) === "frames" ? shape[0]! : 1;
}

/** The length of a vector: features, or channels of a frame. */
export function featuresOf(shape: Shape): number {
  return shape.at(-1)!;
}

/** Places of a frame; 1 where a timestep is one vector. */
export function placesOf(shape: Shape): number {
  return hasFrames(shape) ? size(shape.slice(-3, -1)) : 1;
}

/** Vectors of a sample: one, those of all timesteps, those of all places. */
export function vectorsOf(shape: Shape): number {
  return size(shape.slice(0, -1));
}
