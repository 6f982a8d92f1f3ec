import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { type CapturedProgram, captureProgram } from "../../../src/support/capture/program.ts";
import { tensorFlowBackend } from "../../../src/support/capture/tensorflow.ts";
import { cpuInstalled, NO_CPU } from "../../installed.ts";

function savedModels(): number {
  return (tensorFlowBackend()!.binding as unknown as { getNumOfSavedModels(): number }).getNumOfSavedModels();
}

function nativeTensors(): number {
  return (tensorFlowBackend()!.binding as unknown as { getNumOfTensors(): number }).getNumOfTensors();
}

/** Linear regression with momentum: w and velocity change at each step, count is an int32 variable. */
function regression() {
  const w = tf.variable(tf.tensor2d([0.1, -0.2, 0.3], [3, 1]));
  const zeros = tf.zeros([3, 1]);
  // two variables that share one tensor at the start
  const velocity = tf.variable(zeros);
  const average = tf.variable(zeros);
  const count = tf.variable(tf.scalar(0, "int32"));
  const variables: Record<string, tf.Variable> = { w, velocity, average, count };
  const train = ({ x, y, rate }: { x: tf.Tensor2D; y: tf.Tensor2D; rate: tf.Scalar }) => {
    const error = tf.sub(tf.matMul(x, w), y);
    const gradient = tf.div(tf.matMul(x, error, true), x.shape[0]);
    velocity.assign(tf.add(tf.mul(velocity, 0.9), gradient));
    w.assign(tf.sub(w, tf.mul(velocity, rate)));
    average.assign(tf.add(tf.mul(average, 0.5), tf.mul(w, 0.5)));
    count.assign(tf.add(count, tf.scalar(1, "int32")));
    return {
      loss: tf.mean(tf.square(error)),
      steps: tf.add(count, tf.scalar(0, "int32")),
      positive: tf.greater(error, 0),
    };
  };
  const predict = ({ x }: { x: tf.Tensor2D }) => tf.matMul(x, average);
  const embed = ({ ids }: { ids: tf.Tensor1D }) => tf.sum(tf.gather(w, ids));
  return { variables, train, predict, embed };
}

function batch(rows: number, seed: number) {
  const numbers = (count: number, phase: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + phase + seed));
  return {
    x: tf.tensor2d(numbers(rows * 3, 0), [rows, 3]),
    y: tf.tensor2d(numbers(rows, 5), [rows, 1]),
    rate: tf.scalar(0.1 / (1 + seed)),
  };
}

const values = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.dataSync()]]));

const unexpected = (line: string): never => {
  throw new Error(line);
};

function capturedRegression(log: (line: string) => void = unexpected, enabled = true) {
  const { variables, train, predict, embed } = regression();
  const examples = [batch(4, 0), batch(2, 0)];
  const ids = tf.tensor1d([0, 0], "int32");
  const program = captureProgram({
    enabled,
    variables,
    functions: {
      train: { run: train, examples },
      predict: { run: predict, examples: [{ x: examples[0]!.x }] },
      embed: { run: embed, examples: [{ ids }] },
    },
    log,
  });
  tf.dispose([examples, ids]);
  return { program, variables };
}

describe.skipIf(!cpuInstalled)(`a captured program${NO_CPU}`, () => {
  beforeAll(async () => {
    expect((await selectBackend("cpu")).name).toBe("cpu");
  });
  let programs: CapturedProgram<unknown>[] = [];
  const keep = <P extends CapturedProgram<unknown>>(program: P): P => {
    programs.push(program);
    return program;
  };
  afterEach(() => {
    for (const program of programs) program.dispose();
    programs = [];
    tf.disposeVariables();
  });

  it("computes what the eager functions compute, over steps of both batch sizes", () => {
    const captured = capturedRegression();
    keep(captured.program);
    const eager = capturedRegression(unexpected, false);
    expect(captured.program.captured).toBe(true);
    expect(eager.program.captured).toBe(false);
    // capturing trained nothing
    expect(values(captured.variables)).toEqual(values(eager.variables));
    for (const [step, rows] of [4, 4, 2, 4, 2].entries()) {
      const inputs = batch(rows, step);
      const a = captured.program.functions.train(inputs);
      const b = eager.program.functions.train(inputs);
      expect(a.loss.shape).toEqual([]);
      expect(a.positive.dtype).toBe("bool");
      expect(a.steps.dtype).toBe("int32");
      expect(values(a)).toEqual(values(b));
      expect(a.steps.dataSync()[0]).toBe(step + 1);
    }
    const { x } = batch(4, 9);
    const expected = eager.program.functions.predict({ x }).dataSync();
    expect(captured.program.functions.predict({ x }).dataSync()).toEqual(expected);
    // the session owns the values until they are pulled
    expect(values(captured.variables)).not.toEqual(values(eager.variables));
    captured.program.pull();
    expect(values(captured.variables)).toEqual(values(eager.variables));
  });

  it("takes integer inputs", () => {
    const { program, variables } = capturedRegression();
    keep(program);
    const [w0, , w2] = variables.w!.dataSync();
    const sum = program.functions.embed({ ids: tf.tensor1d([2, 0], "int32") });
    expect(sum.dataSync()[0]).toBeCloseTo(w0! + w2!, 6);
  });

  it("knows the type of an inserted axis, which TensorFlow.js does not say", () => {
    const run = ({ x, ids }: { x: tf.Tensor1D; ids: tf.Tensor1D }) => ({
      x: tf.mul(tf.expandDims(x, 1), 2),
      ids: tf.expandDims(ids, 0),
    });
    const example = { x: tf.tensor1d([1, 2, 3]), ids: tf.tensor1d([0, 0], "int32") };
    const functions = { f: { run, examples: [example] } };
    const program = keep(captureProgram({ enabled: true, variables: {}, functions, log: unexpected }));
    expect(program.captured).toBe(true);
    const found = program.functions.f({ x: tf.tensor1d([4, 5, 6]), ids: tf.tensor1d([7, 8], "int32") });
    expect([found.x.shape, [...found.x.dataSync()]]).toEqual([
      [3, 1],
      [8, 10, 12],
    ]);
    expect([found.ids.shape, found.ids.dtype, [...found.ids.dataSync()]]).toEqual([[1, 2], "int32", [7, 8]]);
  });

  it("pulls and pushes the named variables only", () => {
    const { program, variables } = capturedRegression();
    keep(program);
    const start = values(variables);
    program.functions.train(batch(4, 1));
    program.pull(["velocity"]);
    expect(values(variables).velocity).not.toEqual(start.velocity);
    expect(values(variables).w).toEqual(start.w);
    variables.average!.assign(tf.tensor2d([1, 2, 3], [3, 1]));
    variables.w!.assign(tf.tensor2d([7, 7, 7], [3, 1]));
    program.push(["average"]);
    const prediction = program.functions.predict({ x: tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], [4, 3]) });
    expect([...prediction.dataSync()]).toEqual([1, 2, 3, 6]);
    program.pull();
    expect(values(variables).w).not.toEqual([7, 7, 7]);
  });

  it("runs inputs of a shape without example eagerly, on the current values", () => {
    const captured = capturedRegression();
    keep(captured.program);
    const eager = capturedRegression(unexpected, false);
    for (const rows of [4, 3, 4]) {
      const inputs = batch(rows, rows);
      expect(values(captured.program.functions.train(inputs))).toEqual(values(eager.program.functions.train(inputs)));
    }
  });

  it("tells two inputs apart whose example is one tensor", () => {
    const example = tf.tensor1d([1, 2]);
    const program = captureProgram({
      enabled: true,
      variables: {},
      functions: {
        subtract: {
          run: ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => tf.sub(a, b),
          examples: [{ a: example, b: example }],
        },
      },
      log: unexpected,
    });
    keep(program);
    const difference = program.functions.subtract({ a: tf.tensor1d([5, 7]), b: tf.tensor1d([1, 2]) });
    expect([...difference.dataSync()]).toEqual([4, 5]);
  });

  it("reads every variable before it is assigned, so that two can be exchanged", () => {
    const variables = { a: tf.variable(tf.scalar(1)), b: tf.variable(tf.scalar(2)) };
    const exchange = ({ by }: { by: tf.Scalar }) => {
      const a = variables.a.clone();
      variables.a.assign(variables.b);
      variables.b.assign(a as tf.Scalar);
      variables.a.assign(tf.add(variables.a, by));
      return {};
    };
    const by = tf.scalar(10);
    const program = keep(
      captureProgram({
        enabled: true,
        variables,
        functions: { exchange: { run: exchange, examples: [{ by }] } },
        log: unexpected,
      }),
    );
    for (let i = 0; i < 3; i++) program.functions.exchange({ by });
    program.pull();
    // (1, 2) → (12, 1) → (11, 12) → (22, 11)
    expect(values(variables)).toEqual({ a: [22], b: [11] });
  });

  it("keeps an input that a variable took over after the input is gone", async () => {
    const state = tf.variable(tf.zeros([1000]));
    const program = keep(
      captureProgram({
        enabled: true,
        variables: { state },
        functions: {
          set: {
            run: ({ x }: { x: tf.Tensor1D }) => {
              state.assign(x);
              return {};
            },
            examples: [{ x: tf.ones<tf.Rank.R1>([1000]) }],
          },
        },
        log: unexpected,
      }),
    );
    for (let i = 1; i <= 50; i++) {
      const x = tf.tensor1d(new Float32Array(1000).fill(i));
      program.functions.set({ x });
      x.dispose();
    }
    await new Promise((resolve) => setImmediate(resolve));
    program.pull();
    expect(state.dataSync()[999]).toBe(50);
  });

  it("has as many tensors after 3000 calls as before, and frees the session", () => {
    const sessions = savedModels();
    const { program, variables } = capturedRegression();
    expect(savedModels()).toBe(sessions + 1);
    const inputs = batch(4, 0);
    const other = batch(3, 0);
    const round = () => {
      tf.tidy(() => void program.functions.train(inputs));
      tf.dispose(program.functions.predict({ x: inputs.x }));
      program.pull(["w"]);
      program.push();
    };
    tf.tidy(() => void program.functions.train(other));
    round();
    const [tensors, handles, bytes] = [tf.memory().numTensors, nativeTensors(), tf.memory().numBytes];
    for (let i = 0; i < 1500; i++) round();
    tf.tidy(() => void program.functions.train(other));
    expect([tf.memory().numTensors, nativeTensors(), tf.memory().numBytes]).toEqual([tensors, handles, bytes]);
    program.dispose();
    program.dispose();
    expect(savedModels()).toBe(sessions);
    expect(() => program.functions.train(inputs)).toThrow("disposed");
    expect(variables.w!.isDisposed).toBe(false);
  });

  it("leaves no tensors and changes nothing while it captures", () => {
    const { variables, train } = regression();
    const example = batch(4, 0);
    for (const variable of Object.values(variables)) variable.dataSync();
    const [tensors, before] = [tf.memory().numTensors, values(variables)];
    keep(
      captureProgram({
        enabled: true,
        variables,
        functions: { train: { run: train, examples: [example] } },
        log: unexpected,
      }),
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(values(variables)).toEqual(before);
  });

  const outside = () => tf.variable(tf.scalar(3), true, `outside${Math.floor(performance.now() * 1000)}`);
  const x = () => tf.tensor1d([1, 2, 3]);
  const refused: [string, () => { run: (inputs: { x: tf.Tensor1D }) => tf.Tensor; x: tf.Tensor1D }, RegExp][] = [
    [
      "a value that is read back",
      () => ({ run: ({ x }) => tf.mul(x, tf.sum(x).dataSync()[0]!), x: x() }),
      /^Runs without graph capture, more slowly: f reads a tensor back from the device\.$/,
    ],
    [
      "an input that is read back",
      () => ({ run: ({ x }) => tf.mul(x, x.dataSync()[0]!), x: x() }),
      /f reads a tensor back from the device/,
    ],
    [
      "a variable that is not listed",
      () => {
        const variable = outside();
        return { run: ({ x }) => tf.mul(x, variable), x: x() };
      },
      /f uses the variable outside\d+, which is not among the captured ones/,
    ],
    [
      "an assignment to a variable that is not listed",
      () => {
        const variable = outside();
        return {
          run: ({ x }) => {
            variable.assign(tf.sum(x));
            return x;
          },
          x: x(),
        };
      },
      /f assigns to the variable outside\d+/,
    ],
    [
      "an example used in place of the input",
      () => {
        const example = x();
        return { run: ({ x }) => tf.add(x, example), x: example };
      },
      /f uses the example's x instead of the input/,
    ],
    [
      "text",
      () => {
        const text = tf.tensor1d(["a", "b", "c"], "string");
        return { run: ({ x }) => tf.where(tf.equal(text, text), x, 0), x: x() };
      },
      /f uses a constant of TensorFlow's type 7/,
    ],
    [
      "an error of the function",
      () => ({ run: ({ x }) => tf.matMul(x as unknown as tf.Tensor2D, x as unknown as tf.Tensor2D), x: x() }),
      /f Invalid TF_Status: 3 Message: In\[0\] ndims must be >= 2: 1\./,
    ],
  ];
  it.each(refused)("is not made of %s: one line says why", (_name, make, message) => {
    const lines: string[] = [];
    const sessions = savedModels();
    const { run, x } = make();
    const program = captureProgram({
      enabled: true,
      variables: {},
      functions: { f: { run, examples: [{ x }] } },
      log: (line) => lines.push(line),
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect(program.captured).toBe(false);
    expect(savedModels()).toBe(sessions);
  });

  it("falls back with TensorFlow's reason where the graph cannot be loaded", () => {
    const { variables, train } = regression();
    const backend = tensorFlowBackend()!;
    const lines: string[] = [];
    // Attributes that an eager operation infers are missing in a graph.
    const run = ({ x }: { x: tf.Tensor2D }) => backend.executeSingleOutput("Softplus", [], [x]);
    const program = captureProgram({
      enabled: true,
      variables,
      functions: {
        train: { run: train, examples: [batch(4, 0)] },
        activate: { run, examples: [{ x: tf.tensor2d([1, 2], [1, 2]) }] },
      },
      log: (line) => lines.push(line),
    });
    expect(program.captured).toBe(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/Failed to load SavedModel/);
    expect(lines[0]).not.toContain("\n");
    expect(program.functions.activate({ x: tf.tensor2d([0], [1, 1]) }).dataSync()[0]).toBeCloseTo(Math.log(2), 5);
  });
});

describe("on other backends", () => {
  it("runs eagerly and says nothing", async () => {
    await selectBackend("wasm");
    const { program, variables } = capturedRegression();
    expect(program.captured).toBe(false);
    const [before, tensors] = [values(variables), tf.memory().numTensors];
    const inputs = batch(4, 1);
    tf.dispose(program.functions.train(inputs));
    tf.dispose(inputs);
    expect(values(variables)).not.toEqual(before);
    program.pull();
    program.push();
    program.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    tf.disposeVariables();
  });
});
