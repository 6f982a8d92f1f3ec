import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** A file of a folder is a kernel, unless others of the folder alone import it. */
function kernelFiles(folder: string): string[] {
  const files = readdirSync(folder);
  const texts = files.map((file) => readFileSync(`${folder}/${file}`, "utf8"));
  return files.filter((file) => !texts.some((text) => text.includes(`from "./${file}"`)));
}

describe.each(["activations", "initializers", "losses", "metrics"])("the list of all %s for tests", (folder) => {
  it("names every file of support/nn that is no mere part of others", () => {
    const kernels = kernelFiles(`src/support/nn/${folder}`);
    expect(kernels.length).toBeGreaterThanOrEqual(15);
    const list = readFileSync(`test/support/nn/all/${folder}.ts`, "utf8");
    const elsewhere = ["ctc.ts", "class-weights.ts"]; // tested by files of their own
    expect(kernels.filter((file) => !list.includes(`/${folder}/${file}"`) && !elsewhere.includes(file))).toEqual([]);
  });
});
