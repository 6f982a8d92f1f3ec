import { type Initializer, size } from "./initializer.ts";

export const zeros: Initializer = (shape) => new Float32Array(size(shape));
