/**
 * Writes the protocol buffers wire format (https://protobuf.dev/programming-guides/encoding/), as far as a TensorFlow graph needs it.
 * Every field is appended to one growing buffer; a nested message is written into a message of its own first.
 */
export class Message {
  #bytes = Buffer.allocUnsafe(64);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Wire type 0: int32, int64, uint64, bool, enum. A negative number takes ten bytes, as its 64-bit two's complement. */
  integer(field: number, value: number | boolean): this {
    this.#varint(field * 8);
    this.#varint(Number(value));
    return this;
  }

  /** Wire type 5. */
  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#reserve(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
    return this;
  }

  /** Wire type 2: text as UTF-8, bytes, or a nested message. */
  data(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      typeof value === "string" ? Buffer.from(value, "utf8") : value instanceof Message ? value.bytes : value;
    this.#varint(field * 8 + 2);
    this.#varint(bytes.byteLength);
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
    return this;
  }

  /** An entry of a map field: a message with the key in field 1 and the value in field 2. */
  entry(field: number, key: string, value: string | Message): this {
    return this.data(field, new Message().data(1, key).data(2, value));
  }

  #varint(value: number): void {
    this.#reserve(10);
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      this.#bytes[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
