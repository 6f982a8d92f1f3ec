import { gunzipSync, gzipSync } from "fflate";

// npm packages as npm packs them: files below package/ in a gzipped ustar archive. The same files give the same bytes on every machine.

const BLOCK = 512;
/** The modification time that npm gives to all files of a package, in s. */
const MODIFIED = 499_162_500;

/** @param files path inside the package → bytes; `executable` has the paths that a shell may start */
export function packTarball(
  files: ReadonlyMap<string, Uint8Array>,
  executable: ReadonlySet<string> = new Set(),
): Uint8Array {
  const parts = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, bytes]) => [
      header(`package/${path}`, bytes.length, executable.has(path) ? 0o755 : 0o644),
      bytes,
      new Uint8Array(-bytes.length & (BLOCK - 1)),
    ]);
  return gzipSync(Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]), { level: 9, mtime: 0 });
}

function header(path: string, size: number, mode: number): Uint8Array {
  if (path.length > 99) throw new Error(`too long for the archive: ${path}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(path, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // user
  block.write(octal(0, 7), 116); // group
  block.write(octal(size, 11), 124);
  block.write(octal(MODIFIED, 11), 136);
  block.write(" ".repeat(8), 148); // the checksum counts as spaces in itself
  block.write("0", 156); // a plain file
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

/** The files of an archive that `packTarball` made. @throws Error where it is another one, or damaged */
export function unpackTarball(archive: Uint8Array): Map<string, Uint8Array> {
  const bytes = gunzipSync(archive);
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset + at, BLOCK);
    const path = block.toString("utf8", 0, block.indexOf(0));
    const size = Number.parseInt(block.toString("latin1", 124, 135), 8);
    const isOurs = block.equals(header(path, size, Number.parseInt(block.toString("latin1", 100, 107), 8)));
    if (!isOurs || !/^package(\/[\w-][\w.-]*)+$/.test(path) || at + BLOCK + size > bytes.length) {
      throw new Error("the archive is damaged");
    }
    files.set(path.slice("package/".length), bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + size + (-size & (BLOCK - 1));
  }
  return files;
}
