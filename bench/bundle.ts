import { gzipSync } from "node:zlib";
import { bundleCore, runtimePack, supportPack } from "../test/core/bundle.ts";
import { renderTable } from "./table.ts";

/** The compiler for a browser: what is loaded, in bytes. */
export interface BundleRow {
  readonly what: string;
  readonly bytes: number;
  /** Compressed; undefined for a part, which is not loaded alone. */
  readonly gzipBytes?: number;
}

/** The parts of the bundle, each with what its sources' paths begin with. */
const PARTS = [
  ["ts-morph with TypeScript", "node_modules/@ts-morph/", "node_modules/ts-morph/"],
  ["schema and its validator", "schemas/"],
  ["the compiler's own code", "src/"],
] as const;

export async function benchBundle(): Promise<BundleRow[]> {
  const { text, sources } = await bundleCore();
  const parts = PARTS.map(([what, ...folders]) => {
    const own = [...sources].filter(([path]) => folders.some((folder) => path.startsWith(folder)));
    return { what: `of it: ${what}`, bytes: own.reduce((sum, [, bytes]) => sum + bytes, 0) };
  });
  const packs = [sized("support.json", JSON.stringify(supportPack())), sized("runtime.json", runtimePack())];
  return [sized("lstm-compile/core, minified", text), ...parts, ...packs];
}

function sized(what: string, text: string): BundleRow {
  const bytes = Buffer.from(text);
  return { what, bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
}

export function bundleTable(rows: readonly BundleRow[]): string {
  const shown = (bytes: number | undefined): string => bytes?.toLocaleString("en-US") ?? "";
  return renderTable(
    ["what", "bytes", "gzip"],
    rows.map(({ what, bytes, gzipBytes }) => [what, shown(bytes), shown(gzipBytes)]),
  );
}
