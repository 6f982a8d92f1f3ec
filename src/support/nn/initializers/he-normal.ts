import { scaledTruncated } from "./truncated.ts";

/** Truncated normal with variance 2 / fanIn (He et al. 2015). */
export const heNormal = scaledTruncated({ scale: 2, mode: "fanIn" });
