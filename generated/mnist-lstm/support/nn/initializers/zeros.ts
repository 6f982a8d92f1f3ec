import { type InitializerFunction, size } from "./initializer.ts";

export const zeros: InitializerFunction = (shape) => new Float32Array(size(shape));
