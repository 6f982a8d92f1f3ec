import { Message } from "./protobuf.ts";

/** An attribute's value, with the name of its field in AttrValue (attr_value.proto). */
export type Attribute =
  | { readonly kind: "type" | "int" | "float" | "bool"; readonly value: number | boolean | readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "shape"; readonly value: readonly number[] }
  | { readonly kind: "tensor"; readonly value: TensorConstant };

export interface TensorConstant {
  /** TensorFlow's DataType */
  readonly dtype: number;
  readonly shape: readonly number[];
  /** the values in memory order, little-endian */
  readonly content: Uint8Array;
}

/** Names the output `index` of a node as "node:index"; "^node" is a control dependency. */
export type Reference = string;

const TENSORS_TO_SHARE = 64; // bytes

/** A TensorFlow graph under construction: nodes are written at once, so that nothing is kept twice. */
export class OperationGraph {
  readonly #nodes = new Message();
  readonly #shared = new Map<string, Reference>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a node and returns its name. Control dependencies come last in `inputs`. */
  add(op: string, inputs: readonly Reference[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = `n${this.#size++}`;
    const node = new Message().data(1, name).data(2, op);
    for (const input of inputs) node.data(3, input);
    for (const [key, attribute] of Object.entries(attributes)) node.entry(5, key, attributeValue(attribute));
    this.#nodes.data(1, node);
    return name;
  }

  /** A constant; small ones (shapes, axes, factors) of equal value are one node. */
  constant(constant: TensorConstant): Reference {
    const attributes: Record<string, Attribute> = {
      dtype: { kind: "type", value: constant.dtype },
      value: { kind: "tensor", value: constant },
    };
    if (constant.content.byteLength > TENSORS_TO_SHARE) return `${this.add("Const", [], attributes)}:0`;
    const key = `${constant.dtype} ${constant.shape} ${Buffer.from(constant.content).toString("hex")}`;
    let reference = this.#shared.get(key);
    if (reference === undefined) {
      reference = `${this.add("Const", [], attributes)}:0`;
      this.#shared.set(key, reference);
    }
    return reference;
  }

  /** saved_model.pb with this graph under the tag "serve" (saved_model.proto, meta_graph.proto, graph.proto). */
  savedModel(): Uint8Array {
    // The version of the graph's language: old enough for TensorFlow 2.9, and newer versions read it.
    const versions = new Message().integer(1, 987);
    const graph = new Message().data(4, versions).bytes;
    const graphDef = Buffer.concat([this.#nodes.bytes, graph]);
    const metaGraph = new Message().data(1, new Message().data(4, "serve")).data(2, graphDef);
    return new Message().integer(1, 1).data(2, metaGraph).bytes;
  }
}

function attributeValue(attribute: Attribute): Message {
  const message = new Message();
  switch (attribute.kind) {
    case "string":
      return message.data(2, attribute.value);
    case "shape":
      return message.data(7, shape(attribute.value));
    case "tensor": {
      const { dtype, content } = attribute.value;
      const tensor = new Message().integer(1, dtype).data(2, shape(attribute.value.shape)).data(4, content);
      return message.data(8, tensor);
    }
    default: {
      const field = { int: 3, float: 4, bool: 5, type: 6 }[attribute.kind];
      const write = (into: Message, value: number | boolean): Message =>
        attribute.kind === "float" ? into.float(field, Number(value)) : into.integer(field, value);
      if (typeof attribute.value !== "object") return write(message, attribute.value);
      const list = new Message();
      for (const value of attribute.value) write(list, value);
      return message.data(1, list);
    }
  }
}

function shape(dimensions: readonly number[]): Message {
  const message = new Message();
  for (const size of dimensions) message.data(2, new Message().integer(1, size));
  return message;
}
