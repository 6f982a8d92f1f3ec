import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { captureProgram } from "../../../src/support/capture/program.ts";
import { philoxUniform } from "../../../src/support/nn/philox.ts";
import { stepRandom } from "../../../src/support/nn/step-random.ts";
import { cpuInstalled, NO_CPU } from "../../installed.ts";

function draw(seed: number, iteration: number, name: string, shape: [number, number]): Float32Array {
  // not read inside tf.tidy: it would look for tensors in every element of the result
  const uniform = tf.tidy(() => stepRandom(seed, tf.scalar(iteration, "int32")).uniform(name, shape));
  expect(uniform.shape).toEqual(shape);
  const values = uniform.dataSync<"float32">();
  uniform.dispose();
  return values;
}

const SHAPES: [number, number][] = [
  [1, 1],
  [3, 5],
  [32, 32],
  [896, 256],
];
const SEEDS = [0, 1, 42, 2 ** 31 - 1, 2 ** 32 - 1];
const ITERATIONS = [0, 1, 1874, 2 ** 31 - 1];

function everything(): Float32Array[] {
  return SEEDS.flatMap((seed) =>
    ITERATIONS.flatMap((iteration) =>
      SHAPES.map((shape, i) => draw(seed, iteration, ["dropout1", "dropout2", "noise", "ü"][i]!, shape)),
    ),
  );
}

describe("random numbers of a training step", () => {
  it("are those of TensorFlow's StatelessRandomUniform", () => {
    // known answers for the seeds [1, 2] and [-7, 2147483647]; a group of four may be incomplete
    expect([...philoxUniform(1, 2, 6)]).toEqual([
      0.8440604209899902, 0.19204533100128174, 0.9962232112884521, 0.16038739681243896, 0.27199018001556396,
      0.6493459939956665,
    ]);
    expect([...philoxUniform(-7, 2147483647, 3)]).toEqual([0.2280879020690918, 0.9830089807510376, 0.4583139419555664]);
  });

  it.skipIf(!cpuInstalled)(
    `are equal bit for bit on the native backend, captured or not, and in JavaScript${NO_CPU}`,
    async () => {
      await selectBackend("wasm");
      const javaScript = everything();
      const captured = { dropout1: [] as Float32Array[] };
      await selectBackend("cpu");
      const native = everything();
      expect(native.length).toBe(80);
      for (const [i, numbers] of javaScript.entries()) {
        expect(Buffer.compare(Buffer.from(native[i]!.buffer), Buffer.from(numbers.buffer)), `draw ${i}`).toBe(0);
      }
      const program = captureProgram({
        enabled: true,
        variables: {},
        functions: {
          draw: {
            run: ({ iteration }: { iteration: tf.Scalar }) => stepRandom(7, iteration).uniform("dropout1", [32, 64]),
            examples: [{ iteration: tf.scalar(0, "int32") }],
          },
        },
        log: (line) => expect.unreachable(line),
      });
      for (const iteration of ITERATIONS) {
        captured.dropout1.push(
          program.functions.draw({ iteration: tf.scalar(iteration, "int32") }).dataSync<"float32">(),
        );
      }
      program.dispose();
      await selectBackend("wasm");
      for (const [i, iteration] of ITERATIONS.entries()) {
        expect(captured.dropout1[i]).toEqual(draw(7, iteration, "dropout1", [32, 64]));
      }
    },
  );

  describe("in JavaScript", () => {
    beforeAll(async () => {
      await selectBackend("wasm");
    });

    it("are uniform: mean, variance, range and the deciles of 229,376 numbers", () => {
      const numbers = draw(3, 5, "dropout1", [896, 256]);
      const count = numbers.length;
      let [sum, squares] = [0, 0];
      const deciles = new Array<number>(10).fill(0);
      for (const u of numbers) {
        if (!(u >= 0 && u < 1)) expect.unreachable(`${u}`);
        sum += u;
        squares += (u - 0.5) ** 2;
        deciles[Math.floor(u * 10)]! += 1;
      }
      // four standard deviations of each statistic
      expect(Math.abs(sum / count - 0.5)).toBeLessThan(4 / Math.sqrt(12 * count));
      expect(Math.abs(squares / count - 1 / 12)).toBeLessThan(4 / Math.sqrt(180 * count));
      for (const decile of deciles) expect(Math.abs(decile - count / 10)).toBeLessThan(4 * Math.sqrt(0.09 * count));
    });

    it("have no stream in common between names, steps and seeds, and are the same again", () => {
      const draws = [
        draw(1, 1, "a", [50, 20]),
        draw(1, 1, "b", [50, 20]),
        draw(1, 2, "a", [50, 20]),
        draw(2, 1, "a", [50, 20]),
      ];
      for (const [i, a] of draws.entries()) {
        for (const b of draws.slice(i + 1)) {
          const covariance = a.reduce((sum, u, k) => sum + (u - 0.5) * (b[k]! - 0.5), 0) / a.length;
          expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(a.length));
          expect(b.includes(a[0]!) && b.includes(a[1]!) && b.includes(a[2]!)).toBe(false);
        }
      }
      expect(draw(1, 2, "a", [50, 20])).toEqual(draws[2]);
      // another shape takes the same numbers in order
      expect(draw(1, 2, "a", [7, 3])).toEqual(draws[2]!.slice(0, 21));
    });
  });
});
