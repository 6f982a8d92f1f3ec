import { scaledUniform } from "./uniform.ts";

/** U(-l, l), l = sqrt(3 / fanIn) (LeCun et al. 1998). */
export const lecunUniform = scaledUniform({ scale: 1, mode: "fanIn" });
