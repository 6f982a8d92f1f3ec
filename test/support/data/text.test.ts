import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Split } from "../../../src/support/data/dataset.ts";
import { loadText, type TextOptions } from "../../../src/support/data/text.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;

function text(content: string | Uint8Array, more: Partial<TextOptions> = {}): TextOptions {
  const file = write(folder, `${++files}.txt`, content);
  return { file, timesteps: 3, vocabularySize: 8, testFraction: 0.2, validation: "test", encoding: "oneHot", ...more };
}

const ignore = (): void => undefined;

/** The samples of a data set as characters, unknown ones as "?"; checks that x is one-hot. */
async function windows(
  options: TextOptions,
): Promise<{ train: string[]; test: string[]; vocabulary: readonly string[] }> {
  const { train, test, fitted } = loadText(options, ignore);
  const { vocabulary } = fitted;
  const { timesteps, vocabularySize } = options;
  const character = (index: number): string => (index === 0 ? "?" : vocabulary[index]!);
  const shown = async (split: Split): Promise<string[]> => {
    const { count } = split;
    const read = await split.read(Int32Array.from({ length: count }, (_, k) => k));
    const [x, y] = [read.inputs.input, read.targets];
    expect(x).toHaveLength(timesteps * count * vocabularySize);
    return Array.from({ length: count }, (_, b) => {
      const codes = Array.from({ length: timesteps }, (_, t) => {
        const start = (t * count + b) * vocabularySize;
        const slots = x.subarray(start, start + vocabularySize);
        expect([...slots].sort()).toEqual([...new Array(vocabularySize - 1).fill(0), 1]);
        return slots.indexOf(1);
      });
      return `${codes.map(character).join("")}>${character(y[b]!)}`;
    });
  };
  return { train: await shown(train), test: await shown(test), vocabulary };
}

describe("loadText", () => {
  it("makes a window for each character that has enough before it", async () => {
    expect(await windows(text("abcdeabcde"))).toMatchObject({
      train: ["abc>d", "bcd>e", "cde>a", "dea>b", "eab>c"],
      test: ["abc>d", "bcd>e"],
    });
  });

  it("takes the most frequent characters of the training part, by code point among equals; 0 is for all others", async () => {
    const { train, test, vocabulary } = await windows(text("ccbbaadZZZa", { vocabularySize: 4, testFraction: 0.36 }));
    expect(vocabulary).toEqual(["\ufffd", "a", "b", "c"]);
    expect(train).toEqual(["ccb>b", "cbb>a", "bba>a"]);
    expect(test).toEqual(["???>a"]);
  });

  it("never asks for a character outside the vocabulary, and says how many there are", async () => {
    const notes: string[] = [];
    const { train, test } = loadText(text("ababXabaYababaZab", { vocabularySize: 3, testFraction: 0.3 }), (line) =>
      notes.push(line),
    );
    const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, k) => k);
    const targets = await Promise.all(
      [train, test].map(async (split) => [...(await split.read(all(split.count))).targets]),
    );
    expect(targets.flat()).not.toContain(0);
    expect(targets.map(({ length }) => length)).toEqual([7, 4]);
    expect(notes).toEqual([
      expect.stringMatching(
        /: 3 of 17 characters \(18 %, 3 different\) are not in the vocabulary, and never predicted: X \(U\+0058\), Y/,
      ),
    ]);
  });

  it("refuses a part whose characters are all unknown, and gaps that stateful layers would jump", async () => {
    const options = text("ababababZZ");
    expect(await userError(() => loadText(options, ignore))).toMatchObject({
      exitCode: 1,
      fix: expect.stringContaining("vocabularySize"),
    });
    const gaps = text("abcabcabcabcab", { vocabularySize: 3, consecutive: true });
    expect(await userError(() => loadText(gaps, ignore))).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining("stateful"),
      fix: "set dataset.vocabularySize to 4",
    });
    // No vocabulary has what only the end of the text has.
    const end = text("abababababZ", { vocabularySize: 3, consecutive: true });
    expect((await userError(() => loadText(end, ignore))).fix).toContain("that only the end of the text has");
  });

  it("gives ids in the order of the samples for an embedding", async () => {
    const { train, fitted } = loadText(text("abcdeabcde", { encoding: "ids" }), ignore);
    const { vocabulary } = fitted;
    const ids = (await train.read(Int32Array.of(4, 0))).inputs.input;
    expect(ids).toBeInstanceOf(Int32Array);
    expect([...ids].map((id) => vocabulary[id]).join("")).toBe("eababc");
    expect([...(await train.read(Int32Array.of(4, 0))).targets].map((id) => vocabulary[id]).join("")).toBe("cd");
  });

  it("has no more characters than the text", () => {
    expect(loadText(text("aaabaaab"), ignore).fitted.vocabulary).toEqual(["\ufffd", "a", "b"]);
  });

  it("counts code points in the composed form, with LF for CRLF and no byte order mark", async () => {
    const { train, vocabulary } = await windows(text("\ufeffe\u0301😀\r\ne\u0301😀\r\ne\u0301\u00e9"));
    expect(vocabulary).toEqual(["\ufffd", "\n", "\u00e9", "😀"]);
    expect(train).toEqual(["é😀\n>é", "😀\né>😀", "\né😀>\n"]);
  });

  it("keeps the replacement character in the slot for unknown ones", async () => {
    const { train, vocabulary } = await windows(text("\ufffda\ufffda\ufffdaa"));
    expect(vocabulary).toEqual(["\ufffd", "a"]);
    expect(train[0]).toBe("?a?>a");
  });

  it("refuses a text that is too short", async () => {
    const error = await userError(() => loadText(text("abcd"), ignore));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(/\.txt: 4 characters are too few: 3 are left for training, .* need 4/);
    expect(loadText(text("abaab"), ignore)).toMatchObject({ train: { count: 1 }, test: { count: 1 } });
    expect((await userError(() => loadText(text(""), ignore))).message).toMatch(/: 0 characters/);
  });

  it("refuses what is not UTF-8, and a missing file", async () => {
    const latin = await userError(() => loadText(text(Buffer.from("caf\xe9 au lait", "latin1")), ignore));
    expect(latin).toMatchObject({ exitCode: 1 });
    expect(latin.message).toMatch(/not text in UTF-8/);
    const missing = await userError(() => loadText({ ...text(""), file: join(folder, "none") }, ignore));
    expect(missing).toMatchObject({ exitCode: 3, fix: expect.stringContaining("--data") });
  });
});
