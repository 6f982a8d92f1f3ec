import { fromOutput } from "./activation.ts";

export const LINEAR = fromOutput(
  "linear",
  (z) => z,
  (dy) => dy,
);
