import { describe, expect, it } from "vitest";
import { Message } from "../../../src/support/capture/protobuf.ts";

const hex = (message: Message): string => Buffer.from(message.bytes).toString("hex");

// The first three are the examples of the encoding's documentation.
describe("a protocol buffers message", () => {
  it.each([
    ["an integer", new Message().integer(1, 150), "089601"],
    ["text", new Message().data(2, "testing"), "120774657374696e67"],
    ["a nested message", new Message().data(3, new Message().integer(1, 150)), "1a03089601"],
    ["zero and true", new Message().integer(1, 0).integer(2, true), "08001001"],
    ["a negative integer", new Message().integer(3, -1), "18ffffffffffffffffff01"],
    ["an integer above 2^32", new Message().integer(1, 2 ** 40 + 5), "08858080808020"],
    ["a field above 15", new Message().integer(16, 1), "800101"],
    ["a float", new Message().float(4, 1.5), "250000c03f"],
    ["an entry of a map", new Message().entry(5, "T", new Message().integer(6, 1)), "2a070a015412023001"],
  ])("writes %s", (_name, message, bytes) => {
    expect(hex(message)).toBe(bytes);
  });

  it("grows", () => {
    const long = new Uint8Array(100_000).fill(7);
    const bytes = new Message().integer(1, 1).data(2, long).integer(3, 2).bytes;
    expect(bytes.length).toBe(2 + 1 + 3 + 100_000 + 2);
    expect([...bytes.subarray(-3)]).toEqual([7, 24, 2]);
  });
});
