import { scaledTruncated } from "./truncated.ts";

/** Truncated normal with variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const glorotNormal = scaledTruncated({ scale: 1, mode: "fanAvg" });
