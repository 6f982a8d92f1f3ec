import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/support/run/checkpoint.ts";
import { lstmCompile, spec, useProject } from "./specs.ts";

const FILES = resolve("test/fixtures/keras-files");
const KERAS = join(FILES, "sequential.keras");

useProject();

describe("import", () => {
  it("writes a spec that compiles, once", async () => {
    const first = await lstmCompile("import", KERAS, "-o", "new/text.yaml");
    expect([first.exitCode, first.stdout]).toEqual([0, ""]);
    expect(first.stderr).toContain("warning: not expressed: metric Hinge\nwrote new/text.yaml");
    expect((await lstmCompile("new/text.yaml")).exitCode).toBe(0);
    const second = await lstmCompile("import", KERAS, "-o", "new/text.yaml");
    expect([second.exitCode, second.stderr]).toEqual([2, expect.stringContaining("text.yaml exists already")]);
  });

  it("prints the spec where no file is named", async () => {
    const { exitCode, stdout } = await lstmCompile("import", KERAS);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("name: text-classifier\n");
  });

  it("takes models of TensorFlow.js, whose hard_sigmoid is another one", async () => {
    const config = { name: "net", layers: [
      { class_name: "LSTM", config: { name: "l", units: 2, recurrent_activation: "hard_sigmoid", batch_input_shape: [null, 3, 4] } },
      { class_name: "Dense", config: { name: "d", units: 1, kernel_initializer: { class_name: "VarianceScaling", config: { scale: 1, mode: "fan_avg", distribution: "normal" } } } },
    ] }; // biome-ignore format: one line for each layer
    const topology = { keras_version: "tfjs-layers 4.22.0", model_config: { class_name: "Sequential", config } };
    writeFileSync("model.json", JSON.stringify({ modelTopology: topology, weightsManifest: [] }));
    const { exitCode, stdout } = await lstmCompile("import", "model.json");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("recurrentActivation: hardSigmoid02");
    expect(stdout).toContain("kernelInitializer: glorotNormal");
    expect(stdout).toContain("shape: [ 3, 4 ]");
  });

  it("calls specs by their files where Keras has named the model, each by a name of its own", async () => {
    const model = (name: string): string => join(FILES, "..", name);
    const name = async (path: string, output: string) => {
      const { exitCode, stderr } = await lstmCompile("import", path, "-o", output);
      expect(exitCode).toBe(0);
      return [/^name: (.*)$/m.exec(readFileSync(output, "utf8"))![1], /^the spec is called .*$/m.exec(stderr)?.[0]];
    };
    expect(await name(KERAS, "a.yaml")).toEqual(["text-classifier", undefined]);
    expect(await name(KERAS, "b.yaml")).toEqual([
      "text-classifier-2",
      "the spec is called text-classifier-2: a spec beside it is called text-classifier",
    ]);
    const asFile = "as its file, since the model has no name of its own";
    expect(await name(model("keras2-files/hard-sigmoid.keras"), "c.yaml")).toEqual([
      "hard-sigmoid",
      `the spec is called hard-sigmoid: ${asFile}`,
    ]);
    expect(await name(model("keras2-files/hard-sigmoid.h5"), "d.yaml")).toEqual([
      "hard-sigmoid-2",
      "the spec is called hard-sigmoid-2: a spec beside it is called hard-sigmoid",
    ]);
    // Every LayersModel has a file of the same name.
    expect(await name(model("layers-model/uint8/model.json"), "e.yaml")).toEqual([
      "uint8",
      `the spec is called uint8: ${asFile}`,
    ]);
  });

  it("warns of quantized weights when it brings them into a run", async () => {
    const model = join(FILES, "../layers-model/uint8/model.json");
    await lstmCompile("import", model, "-o", "small.yaml");
    const { exitCode, stderr } = await lstmCompile("weights", "import", "small.yaml", model, "--run", "run");
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: 14 of 14 weights are quantized to uint8 /);
  });

  it.each([
    [["import", "none.keras"], "cannot read none.keras: ENOENT"],
    [["import", KERAS, "--timesteps", "few"], "--timesteps few is no positive whole number"],
    [["weights", "move", "a.yaml"], "weights cannot move"],
    [["weights", "import", "a.yaml"], "weights import needs a file"],
    [["weights", "import", "a.yaml", KERAS, "-o", "b"], "weights import takes no -o"],
    [["weights", "export", "a.yaml", "a.keras", "-o", "b.keras"], "not a.keras and b.keras"],
    [["weights", "export", "a.yaml", "-o", "a.h5"], "ends in .keras, .weights.h5 or model.json"],
    [["weights", "export", "a.yaml", "-o", "a.keras"], "there is no run runs/a"],
  ])("refuses %j with exit code 2", async (argv, message) => {
    writeFileSync("a.yaml", spec("a"));
    const { exitCode, stdout, stderr } = await lstmCompile(...argv);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("\n  fix: ");
  });
});

describe("weights", () => {
  it("come from a file into a run, and from the run into files of every format that is written", async () => {
    await lstmCompile("import", KERAS, "-o", "text.yaml");
    const imported = await lstmCompile("weights", "import", "text.yaml", KERAS, "--run", "runs/text");
    expect(imported).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("14 weights, 359 parameters") });
    const { weights, optimizer, state, sums } = loadCheckpoint("runs/text");
    expect(Object.keys(optimizer)).toEqual(["m", "v"]);
    expect(state).toMatchObject({ epoch: 1, step: 0, iteration: 0 });
    expect(sums).toEqual([0, 0]);

    const again = await lstmCompile("weights", "import", "text.yaml", KERAS, "--run", "runs/text");
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining("holds a run already (imported)")]);

    for (const file of ["text.keras", "text.weights.h5", "web/new/model.json"]) {
      expect((await lstmCompile("weights", "export", "text.yaml", "--run", "runs/text", "-o", file)).exitCode).toBe(0);
      const run = `runs/from-${file}`;
      expect((await lstmCompile("weights", "import", "text.yaml", file, "--run", run)).exitCode).toBe(0);
      expect(loadCheckpoint(run).weights).toEqual(weights);
    }
  });

  it("go into an archive with what the run has fitted, which scales its inputs and outputs", async () => {
    await lstmCompile("import", KERAS, "-o", "text.yaml");
    await lstmCompile("weights", "import", "text.yaml", KERAS, "--run", "runs/text");
    const fitted = { vocabulary: ["\ufffd", "a", "b"] };
    saveCheckpoint("runs/text", { ...loadCheckpoint("runs/text"), fitted });
    expect((await lstmCompile("weights", "export", "text.yaml", "--run", "runs/text", "-o", "a.keras")).exitCode).toBe(
      0,
    );
    const metadata = unzipSync(readFileSync("a.keras"))["metadata.json"]!;
    expect(JSON.parse(Buffer.from(metadata).toString())).toMatchObject({ lstm_compile: { fitted } });
    expect((await lstmCompile("import", "a.keras")).exitCode).toBe(0);
  });

  it("of another model leave no run behind", async () => {
    writeFileSync("a.yaml", spec("a"));
    const { exitCode, stderr } = await lstmCompile("weights", "import", "a.yaml", KERAS);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("the spec for lstm1, dense1");
    expect(existsSync("runs")).toBe(false);
  });

  it("of another spec's run are not exported", async () => {
    await lstmCompile("import", KERAS, "-o", "text.yaml");
    await lstmCompile("weights", "import", "text.yaml", KERAS, "--run", "runs/text");
    writeFileSync("text.yaml", readFileSync("text.yaml", "utf8").replace(/units: \d+/, "units: 5"));
    const { exitCode, stderr } = await lstmCompile(
      "weights",
      "export",
      "text.yaml",
      "--run",
      "runs/text",
      "-o",
      "a.keras",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("is a run of another program");
    expect(existsSync("a.keras")).toBe(false);
  });
});
