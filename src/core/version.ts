/** The version of this compiler, as generated headers and manifests state it. A test holds it against package.json. */
export const COMPILER_VERSION = "0.1.0";
