import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The SHA-256 of bytes, or of a text as UTF-8, in hex. In JavaScript: browsers have none that answers at once. */
export function sha256(data: string | Uint8Array): string {
  return bytesToHex(hash(typeof data === "string" ? new TextEncoder().encode(data) : data));
}
