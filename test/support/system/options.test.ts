import { describe, expect, it } from "vitest";
import { overrides, trainCommandLine } from "../../../src/support/run/train-options.ts";
import {
  backendOption,
  file,
  flag,
  folder,
  inputFiles,
  integer,
  number,
  readOptions,
  seedOption,
  several,
  text,
  usage,
} from "../../../src/support/system/options.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

const COMMAND_LINE = {
  summary: "Tries options.",
  options: {
    backend: backendOption(),
    data: folder("a folder"),
    input: several("FILE", "files"),
    output: file("a file"),
    prompt: text("TEXT", "a text"),
    epochs: integer("how many", { minimum: 1, maximum: 1e6, otherwise: 3 }),
    limit: integer("how many", { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, otherwise: undefined }),
    seed: seedOption("of the draws", 42),
    temperature: number("T", "how bold", { otherwise: 0.8, wanted: "a number above 0", accepts: (value) => value > 0 }),
    noCapture: flag("step by step"),
    quiet: flag("errors only", "q"),
  },
} as const;

function failure(argv: readonly string[], commandLine: Parameters<typeof readOptions>[1] = COMMAND_LINE): UserError {
  try {
    readOptions(argv, commandLine);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

describe("readOptions", () => {
  it("takes what is not given from the declaration", () => {
    expect(readOptions([], COMMAND_LINE)).toEqual({
      backend: "auto",
      data: undefined,
      input: [],
      output: undefined,
      prompt: undefined,
      epochs: 3,
      limit: undefined,
      seed: 42,
      temperature: 0.8,
      noCapture: false,
      quiet: false,
      help: false,
      positionals: [],
    });
  });

  it("reads every flag, as --flag value and as --flag=value", () => {
    const flags = { backend: "cpu", data: "d", output: "o", prompt: "", epochs: "7", limit: "100", seed: "0" };
    const switches = ["-q", "--no-capture"];
    const spaced = readOptions(
      [...Object.entries(flags).flatMap(([k, v]) => [`--${k}`, v]), ...switches],
      COMMAND_LINE,
    );
    const joined = readOptions([...Object.entries(flags).map(([k, v]) => `--${k}=${v}`), ...switches], COMMAND_LINE);
    expect(spaced).toMatchObject({
      backend: "cpu",
      data: "d",
      output: "o",
      prompt: "",
      epochs: 7,
      limit: 100,
      seed: 0,
    });
    expect(spaced).toMatchObject({ quiet: true, noCapture: true });
    expect(joined).toEqual(spaced);
    expect(readOptions(["--input", "a", "--input=b"], COMMAND_LINE)).toMatchObject({ input: ["a", "b"] });
  });

  it.each([
    ["--epochs", "0"],
    ["--epochs", "1.5"],
    ["--epochs", "1e3"],
    ["--limit", "0"],
    ["--seed", "4294967296"],
    ["--backend", "cuda"],
    ["--output", ""],
    ["--data", ""],
    ["--temperature", ""],
    ["--temperature", "0"],
    ["--temperature", "warm"],
    ["--temperature", "Infinity"],
  ])("refuses %s %j", (flag, value) => {
    const error = failure([`${flag}=${value}`]);
    expect(error.message).toContain(flag);
    expect(error.fix).toMatch(/^give /);
  });

  it("names the flag that was probably meant", () => {
    expect(failure(["--epoch", "3"]).fix).toContain("--epochs");
    expect(failure(["--backned=cpu"]).fix).toContain("--backend");
    expect(failure(["--zzzz"]).fix).toContain("--help");
    expect(failure(["-x"]).message).toBe("there is no option -x");
  });

  it("explains missing and superfluous values", () => {
    expect(failure(["--epochs"]).message).toBe("--epochs lacks its value");
    expect(failure(["--epochs", "--quiet"]).message).toBe("--epochs lacks its value");
    expect(failure(["--quiet=yes"]).message).toBe("--quiet takes no value");
  });

  it("refuses arguments where none are declared, and a flag whose second value would have no effect", () => {
    expect(failure(["train"]).message).toBe('there is no use for the argument "train"');
    expect(failure(["--epochs=1", "--epochs=2"]).message).toBe("--epochs stands twice");
    const withFiles = { ...COMMAND_LINE, positionals: { value: "FILE...", help: "files" } };
    expect(readOptions(["a", "b"], withFiles)).toMatchObject({ positionals: ["a", "b"] });
  });

  it("refuses what is declared to have no effect without another option, or beside it", () => {
    const { options } = trainCommandLine({ name: "a", epochs: 1, seed: 1, readsData: true });
    const line = { summary: "", options, needs: [["overwrite", "out"]], excludes: [["data", "limit"]] } as const;
    const failed = (...argv: string[]): unknown => {
      try {
        return readOptions(argv, line);
      } catch (error) {
        return (error as UserError).message;
      }
    };
    expect(failed("--overwrite")).toBe("--overwrite has no effect without --out");
    expect(failed("--overwrite", "--out=a")).toMatchObject({ overwrite: true, out: "a" });
    expect(failed("--data=a", "--limit=1")).toBe("--data and --limit exclude one another");
    expect(failed("--limit=1")).toMatchObject({ limit: 1 });
  });

  it.each([
    [["--overwrite"], "--overwrite has no effect without --out"],
    [["--accept-changed-program"], "--accept-changed-program has no effect without --resume"],
    [["--overwrite", "--resume", "--out=a"], "--overwrite and --resume exclude one another"],
    [["--data=a"], "there is no option --data"],
  ])("of a training on generated data refuse %j", (argv, message) => {
    const line = trainCommandLine({ name: "a", epochs: 1, seed: 1, readsData: false });
    expect(() => readOptions(argv, line)).toThrow(message);
    expect(usage(line)).not.toContain("--data");
  });

  it("answers --help whatever the other values are", () => {
    expect(readOptions(["--help", "--epochs=0"], COMMAND_LINE)).toBe("help");
    expect(readOptions(["-h"], COMMAND_LINE)).toBe("help");
  });
});

describe("usage", () => {
  it("names every flag that is accepted, and no other", () => {
    const shown = usage(COMMAND_LINE);
    const named = [...shown.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]!);
    expect(named).toHaveLength(Object.keys(COMMAND_LINE.options).length + 1);
    for (const name of named) {
      const takesValue = new RegExp(`--${name} [A-Z]`).test(shown);
      const value = name === "backend" ? "cpu" : "1";
      expect(() => readOptions([takesValue ? `--${name}=${value}` : `--${name}`], COMMAND_LINE)).not.toThrow();
    }
  });
});

describe("overrides of a training", () => {
  const defaults = { name: "digits", epochs: 3, seed: 42, readsData: true };
  const read = (...argv: string[]): Record<string, unknown> => {
    const options = readOptions(argv, trainCommandLine(defaults));
    return options === "help" ? {} : overrides(options, defaults);
  };

  it("are what differs from the spec", () => {
    expect(read("--epochs=3", "--seed=42", "--backend=auto", "--out=x", "--quiet")).toEqual({});
    expect(read("--epochs=1", "--limit=10", "--seed=1", "--data=d", "--backend=cpu", "--no-capture")).toEqual({
      backend: "cpu",
      data: "d",
      epochs: 1,
      limit: 10,
      seed: 1,
      capture: false,
    });
  });
});

describe("inputFiles", () => {
  it("takes a file alone for a single input, else NAME=FILE for each", () => {
    expect(inputFiles(["a.npy"], ["steps"])).toEqual({ steps: "a.npy" });
    expect(inputFiles(["steps=a=b.npy"], ["steps"])).toEqual({ steps: "a=b.npy" });
    expect(inputFiles(["b=2.npy", "a=1.npy"], ["a", "b"])).toEqual({ a: "1.npy", b: "2.npy" });
  });

  it.each([
    [[], ["steps"], "input steps is missing"],
    [["a=1.npy"], ["a", "b"], "input b is missing"],
    [["1.npy", "b=2.npy"], ["a", "b"], "1.npy names no input"],
    [["1.npy", "2.npy"], ["a"], "--input a stands twice"],
    [["a="], ["a"], "input a is missing"],
  ])("refuses %j for the inputs %j", (given, names, message) => {
    const refused = (): unknown => inputFiles(given, names);
    expect(refused).toThrow(message);
    try {
      refused();
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 2, fix: expect.stringContaining("--input") });
    }
  });
});
