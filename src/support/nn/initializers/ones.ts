import { type InitializerFunction, size } from "./initializer.ts";

export const ones: InitializerFunction = (shape) => new Float32Array(size(shape)).fill(1);
