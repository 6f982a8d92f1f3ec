import { scaledUniform } from "./uniform.ts";

/** U(-l, l), l = sqrt(6 / fanIn) (He et al. 2015). */
export const heUniform = scaledUniform({ scale: 2, mode: "fanIn" });
