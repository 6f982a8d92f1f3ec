import { scaledUniform } from "./uniform.ts";

/** U(-l, l), l = sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export const glorotUniform = scaledUniform({ scale: 1, mode: "fanAvg" });
