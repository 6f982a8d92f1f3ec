import { scaledTruncated } from "./truncated.ts";

/** Truncated normal with variance 1 / fanIn (LeCun et al. 1998). */
export const lecunNormal = scaledTruncated({ scale: 1, mode: "fanIn" });
