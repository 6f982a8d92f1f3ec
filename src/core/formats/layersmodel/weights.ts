import { type Field, refuse, shortJson, shortText } from "../field.ts";
import type { OpenFile } from "../format.ts";
import type { FileTensor } from "../hdf5/tree.ts";
import type { FileGraph } from "../keras/graph.ts";
import type { FileLayer, FileWeights } from "../keras/weights.ts";
import { checkSize } from "../limits.ts";

/** How a weight stands in the shards. */
interface Encoding {
  readonly bytes: number;
  /** What it is called in a warning; undefined where nothing is lost. */
  readonly label?: string;
  /** Its numbers from `count` values at the start of `data`. */
  decode(data: DataView, count: number): Float32Array;
}

interface WeightSpec {
  readonly name: string;
  readonly shape: number[];
  readonly count: number;
  readonly encoding: Encoding;
}

/**
 * The weights of a model.json, from the shards beside it.
 * @throws UserError (exit code 2) where shards are missing, too short or too long, or weights are of a kind that cannot be read
 */
export function layersModelWeights(file: OpenFile, manifest: Field, graph: FileGraph | undefined): FileWeights {
  if (!manifest.isList) manifest.fail("names no weights", "save the model with its weights");
  const tensors: FileTensor[] = [];
  const labels = new Map<string, string[]>();
  for (const group of manifest.list()) {
    const specs = group
      .at("weights")
      .list()
      .map((weight) => weightSpec(file, weight));
    const wanted = specs.reduce((sum, { count, encoding }) => sum + count * encoding.bytes, 0);
    const data = readShards(file, group.at("paths"), wanted, specs);
    let offset = 0;
    for (const { name, shape, count, encoding } of specs) {
      const view = new DataView(data.buffer, data.byteOffset + offset, count * encoding.bytes);
      tensors.push({ name, shape, values: encoding.decode(view, count) });
      offset += count * encoding.bytes;
      if (encoding.label !== undefined) labels.set(encoding.label, [...(labels.get(encoding.label) ?? []), name]);
    }
  }
  const layers = byLayer(file.path, tensors, graph);
  const warnings = [...labels].map(
    ([label, names]) =>
      `${names.length} of ${tensors.length} weights are quantized to ${label} (${shortText(names.join(", "), 80)}): predictions differ from those of the model before`,
  );
  return { path: file.path, layers, warnings, graph };
}

function weightSpec(file: OpenFile, weight: Field): WeightSpec {
  const name = weight.at("name").text();
  const shape = weight
    .at("shape")
    .list()
    .map((size) => size.whole(0));
  const count = shape.reduce((product, n) => product * n, 1);
  checkSize(file, `the weight ${shortText(name)} has`, count * 4);
  return { name, shape, count, encoding: encodingOf(weight, name) };
}

function encodingOf(weight: Field, name: string): Encoding {
  const quantization = weight.at("quantization");
  const kind = weight.at("dtype").text();
  if (kind !== "float32") {
    refuse(
      weight.file,
      `the weight ${shortText(name)} is of the type ${shortJson(kind)} (${weight.place})`,
      "export it as float32",
    );
  }
  if (!quantization.isGiven)
    return { bytes: 4, decode: (data, count) => numbers(count, (k) => data.getFloat32(4 * k, true)) };
  const type = quantization.at("dtype").text();
  if (type === "float16") {
    return {
      bytes: 2,
      label: "float16",
      decode: (data, count) => numbers(count, (k) => float16(data.getUint16(2 * k, true))),
    };
  }
  if (type !== "uint8" && type !== "uint16") {
    refuse(
      weight.file,
      `the weight ${shortText(name)} is quantized to ${shortJson(type)} (${quantization.place})`,
      "export it as float32, float16, uint8 or uint16",
    );
  }
  const [scale, min] = [quantization.at("scale").number(), quantization.at("min").number()];
  const isByte = type === "uint8";
  return {
    bytes: isByte ? 1 : 2,
    label: type,
    decode: (data, count) =>
      numbers(count, (k) => (isByte ? data.getUint8(k) : data.getUint16(2 * k, true)) * scale + min),
  };
}

function numbers(count: number, at: (k: number) => number): Float32Array {
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = at(k);
  return values;
}

/** IEEE 754 half precision: a sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The shards of a group, one after the other. Their names come from the file, so they must not lead out of its folder. */
function readShards(file: OpenFile, paths: Field, wanted: number, specs: readonly WeightSpec[]): Uint8Array {
  checkSize(file, "its weights have", wanted);
  const shards = paths.list().map((path) => {
    const name = path.text().replace(/^(\.\/)+/, "");
    if (!/^[^/\\]+$/.test(name) || name.startsWith("..") || name.includes("\0")) {
      path.fail(
        `the shard ${shortJson(name)} is not in the folder of the model`,
        "keep the .bin files beside model.json",
      );
    }
    const shard = file.beside(name);
    if ("problem" in shard) {
      refuse(file.path, `its shard ${shortText(name)} ${shard.problem}`, "keep the .bin files beside model.json");
    }
    return { name, size: shard.size, read: shard.read };
  });
  const found = shards.reduce((sum, { size }) => sum + size, 0);
  if (found !== wanted) {
    const which = shards
      .map(({ name, size }) => `${shortText(name, 60)}: ${size.toLocaleString("en-US")} bytes`)
      .join(", ");
    const last =
      found < wanted ? `; ${shortText(firstMissing(specs, found))} is the first weight that is not complete` : "";
    refuse(
      file.path,
      `its shards are too ${found < wanted ? "short" : "long"} for its weights, which have ${wanted.toLocaleString("en-US")} bytes (${shortText(which, 300)})${last}`,
      "copy model.json and its .bin files again, all from one export",
    );
  }
  const bytes = new Uint8Array(wanted);
  let end = 0;
  for (const { name, size, read } of shards) {
    const shard = read();
    if (shard.byteLength !== size)
      refuse(file.path, `its shard ${shortText(name)} changes while it is read`, "try again");
    bytes.set(shard, end);
    end += size;
  }
  return bytes;
}

function firstMissing(specs: readonly WeightSpec[], bytes: number): string {
  let end = 0;
  for (const { name, count, encoding } of specs) {
    end += count * encoding.bytes;
    if (end > bytes) return name;
  }
  return "";
}

/**
 * Names begin with the layer's, and in some exports with the model's before it: sequential/lstm/lstm_cell/kernel.
 * Without a description of the layers the first part counts.
 */
function byLayer(file: string, tensors: readonly FileTensor[], graph: FileGraph | undefined): FileLayer[] {
  const parts = tensors.map(({ name }) => name.split("/"));
  const isLayer = (name: string | undefined): boolean => graph?.all.has(name ?? "") === true;
  const [model] = parts[0] ?? [];
  const isPrefixed = parts.every(([first, second]) => first === model && isLayer(second));
  if (!isPrefixed && graph !== undefined) {
    const stray = tensors.find((_, k) => !isLayer(parts[k]![0]));
    if (stray !== undefined) {
      refuse(file, `the weight ${shortText(stray.name)} is of no layer of the model`, "export the model again");
    }
  }
  const layers = new Map<string, FileTensor[]>();
  for (const [k, tensor] of tensors.entries()) {
    const layer = parts[k]![isPrefixed ? 1 : 0]!;
    layers.set(layer, [...(layers.get(layer) ?? []), tensor]);
  }
  return [...layers].map(([name, weights]) => ({ name, group: undefined, weights }));
}
