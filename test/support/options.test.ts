import { describe, expect, it } from "vitest";
import { inputFiles, overrides, parseOptions, parsePredictOptions, usage } from "../../src/support/options.ts";
import { UserError } from "../../src/support/user-error.ts";

const defaults = { name: "digits", epochs: 3, seed: 42 };

function failure(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

describe("parseOptions", () => {
  it("takes what is not given from the spec", () => {
    expect(parseOptions([], defaults)).toEqual({
      backend: "auto",
      data: undefined,
      out: "runs/digits",
      epochs: 3,
      limit: undefined,
      seed: 42,
      resume: false,
      quiet: false,
      verbose: false,
      capture: true,
      help: false,
    });
  });

  it("reads every flag, as --flag value and as --flag=value", () => {
    const flags = { backend: "cpu", data: "d", out: "o", epochs: "7", limit: "100", seed: "0" };
    const switches = ["--resume", "--quiet", "--no-capture", "--verbose"];
    const spaced = parseOptions([...Object.entries(flags).flatMap(([k, v]) => [`--${k}`, v]), ...switches], defaults);
    const joined = parseOptions([...Object.entries(flags).map(([k, v]) => `--${k}=${v}`), ...switches], defaults);
    expect(spaced).toMatchObject({ backend: "cpu", data: "d", out: "o", epochs: 7, limit: 100, seed: 0 });
    expect(spaced).toMatchObject({ resume: true, quiet: true, capture: false, verbose: true });
    expect(joined).toEqual(spaced);
  });

  it.each([
    ["--epochs", "0"],
    ["--epochs", "1.5"],
    ["--epochs", "1e3"],
    ["--limit", "0"],
    ["--seed", "4294967296"],
    ["--backend", "cuda"],
    ["--out", ""],
    ["--data", ""],
  ])("refuses %s %j", (flag, value) => {
    const error = failure(() => parseOptions([`${flag}=${value}`], defaults));
    expect(error.message).toContain(flag);
    expect(error.fix).toMatch(/^give /);
  });

  it("names the flag that was probably meant", () => {
    expect(failure(() => parseOptions(["--epoch", "3"], defaults)).fix).toContain("--epochs");
    expect(failure(() => parseOptions(["--backned=cpu"], defaults)).fix).toContain("--backend");
    expect(failure(() => parseOptions(["--zzzz"], defaults)).fix).toContain("--help");
  });

  it("explains missing and superfluous values", () => {
    expect(failure(() => parseOptions(["--epochs"], defaults)).message).toBe("--epochs lacks its value");
    expect(failure(() => parseOptions(["--epochs", "--quiet"], defaults)).message).toBe("--epochs lacks its value");
    expect(failure(() => parseOptions(["--quiet=yes"], defaults)).message).toBe("--quiet takes no value");
    expect(failure(() => parseOptions(["train"], defaults)).message).toContain("train");
  });

  it("shows help whatever the other values are", () => {
    expect(parseOptions(["--help", "--epochs=0"], defaults).help).toBe(true);
  });
});

describe("overrides", () => {
  it("records only what differs from the spec", () => {
    expect(overrides(parseOptions(["--epochs=3", "--seed=42", "--backend=auto"], defaults), defaults)).toEqual({});
    const argv = ["--epochs=1", "--limit=10", "--seed=1", "--data=d", "--backend=cpu", "--no-capture"];
    expect(overrides(parseOptions(argv, defaults), defaults)).toEqual({
      backend: "cpu",
      data: "d",
      epochs: 1,
      limit: 10,
      seed: 1,
      capture: false,
    });
  });
});

describe("usage", () => {
  it("names every flag that parseOptions accepts", () => {
    const named = [...usage(defaults).matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]!);
    expect(named.length).toBe(10);
    for (const name of named) {
      const takesValue = new RegExp(`--${name} [A-Z]`).test(usage(defaults));
      const value = name === "backend" ? "cpu" : "1";
      expect(() => parseOptions([takesValue ? `--${name}=${value}` : `--${name}`], defaults)).not.toThrow();
    }
  });
});

describe("parsePredictOptions", () => {
  it("takes files and refuses a temperature that is not positive", () => {
    expect(parsePredictOptions(["a.png", "--run=r"], { name: "x" })).toMatchObject({ files: ["a.png"], run: "r" });
    for (const value of ["0", "warm"]) {
      expect(failure(() => parsePredictOptions([`--temperature=${value}`], { name: "x" })).message).toContain(value);
    }
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
    const error = failure(() => inputFiles(given, names));
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
    expect(error.fix).toContain(`--input`);
  });
});
