import { type Initializer, size } from "./initializer.ts";

export const ones: Initializer = (shape) => new Float32Array(size(shape)).fill(1);
