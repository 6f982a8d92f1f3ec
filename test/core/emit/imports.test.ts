import { describe, expect, it } from "vitest";
import { Imports } from "../../../src/core/emit/imports.ts";
import { Names, RESERVED_WORDS } from "../../../src/core/emit/names.ts";

describe("Imports", () => {
  it("declares what was asked for, once, packages first and all in order", () => {
    const imports = new Imports();
    expect(imports.value("./support/nn/lstm.ts", "lstmForward")).toBe("lstmForward");
    imports.value("./support/nn/lstm.ts", "lstmBackward");
    imports.value("./support/nn/lstm.ts", "lstmForward");
    imports.type("./data.ts", "Batch");
    expect(imports.all("@tensorflow/tfjs-core", "tf")).toBe("tf");
    expect(imports.declarations()).toBe(
      [
        'import * as tf from "@tensorflow/tfjs-core";',
        'import type { Batch } from "./data.ts";',
        'import { lstmBackward, lstmForward } from "./support/nn/lstm.ts";',
      ].join("\n"),
    );
  });

  it("imports a class as a value where it is read as both, and tells types among values", () => {
    const imports = new Imports();
    imports.type("./sequence.ts", "Sequence");
    imports.value("./sequence.ts", "Sequence");
    imports.type("./sequence.ts", "Mask");
    expect(imports.declarations()).toBe('import { type Mask, Sequence } from "./sequence.ts";');
  });

  it("gives what is taken another name in this file, and equal names of two modules two", () => {
    const imports = new Imports(new Names(["huber", "tf", "tf_"]));
    expect(imports.all("@tensorflow/tfjs-core", "tf")).toBe("tf__");
    expect(imports.value("./a.ts", "huber")).toBe("huber_");
    expect(imports.value("./b.ts", "huber")).toBe("huber__");
    expect(imports.value("./a.ts", "huber")).toBe("huber_");
    imports.type("./a.ts", "Loss");
    expect(imports.declarations()).toBe(
      [
        'import * as tf__ from "@tensorflow/tfjs-core";',
        'import { type Loss, huber as huber_ } from "./a.ts";',
        'import { huber as huber__ } from "./b.ts";',
      ].join("\n"),
    );
  });
});

describe("RESERVED_WORDS", () => {
  it("are the words that strict code cannot declare", () => {
    // What ECMAScript alone refuses; a module also refuses `await`, and TypeScript to declare `undefined`.
    const refused = RESERVED_WORDS.filter((word) => {
      try {
        new Function(`"use strict"; const ${word} = 1;`);
        return false;
      } catch {
        return true;
      }
    });
    expect(RESERVED_WORDS.filter((word) => !refused.includes(word))).toEqual(["await", "undefined"]);
  });
});
