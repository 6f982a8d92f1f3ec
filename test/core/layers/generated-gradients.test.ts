import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetInputs } from "../../../src/core/sources/sources.ts";
import type { ModelSpec } from "../../../src/core/spec/types.ts";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { compileChecked, type Model, timeMajor, Workspace } from "../../parity/program.ts";
import { CASES, specOf } from "./programs.ts";

/** Central differences in float32: truncation and rounding are about alike at this step. */
const STEP = 1e-2;
const TOLERANCE = 3e-3;
const BATCH = 3;
/** Of each weight and input so many places are tried. */
const PLACES = 5;

/** A number in [0, 1) for a name and a place in it. */
function hashed(name: string, place: number): number {
  let hash = 2166136261 ^ place;
  for (const character of `${name}/${place}`) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function filled(name: string, shape: readonly number[], value: (uniform: number, place: number) => number): tf.Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, place) => value(hashed(name, place), place)),
    [...shape],
  );
}

/** Dropout and noise of the same names draw the same numbers whenever they are asked: the loss is a function of the weights. */
const step = { random: { uniform: (name: string, shape: number[]) => filled(name, shape, (u) => u) } };

/** Batch-major numbers, in which sample 1 has no last two timesteps, and sample 2 no first: 0 for masks. */
function batchOf(spec: ModelSpec): Record<string, tf.Tensor> {
  return Object.fromEntries(
    datasetInputs(spec.dataset).map(({ name, shape, vocabularySize }) => {
      const [timesteps, features] =
        shape.length === 2 ? shape : vocabularySize === undefined ? [1, shape[0]] : [shape[0], 1];
      const isPadding = (place: number): boolean => {
        if (timesteps === 1) return false;
        const [sample, t] = [Math.floor(place / (timesteps! * features!)), Math.floor(place / features!) % timesteps!];
        // Masks of two inputs differ.
        return name === "otherIds"
          ? sample === 0 && t === 1
          : (sample === 1 && t >= timesteps! - 2) || (sample === 2 && t === 0);
      };
      if (vocabularySize !== undefined) {
        const ids = filled(name, [BATCH, ...shape], (u, place) =>
          isPadding(place) ? 0 : 1 + Math.floor(u * (vocabularySize - 1)),
        );
        return [name, tf.cast(ids, "int32")];
      }
      const x = filled(name, [BATCH, ...shape], (u, place) => (isPadding(place) ? 0 : 2.4 * u - 1.2));
      return [name, timeMajor(x)];
    }),
  );
}

/** A value with one number changed. */
function nudged(x: tf.Tensor, place: number, by: number): tf.Tensor {
  const data = Float32Array.from(x.dataSync());
  data[place] = data[place]! + by;
  return tf.tensor(data, x.shape);
}

function places(size: number): number[] {
  if (size <= PLACES) return Array.from({ length: size }, (_, k) => k);
  return Array.from({ length: PLACES }, (_, k) => Math.floor(((k + 0.5) * size) / PLACES));
}

function rowsOf(value: unknown): tf.Tensor {
  return value instanceof tf.Tensor ? value : (value as { tensor: tf.Tensor3D }).tensor;
}

async function differences(
  { model, sequence }: { model: Model; sequence: (x: tf.Tensor3D) => unknown },
  spec: ModelSpec,
): Promise<string[]> {
  const found: string[] = [];
  tf.engine().startScope();
  const w = model.initializeWeights(1);
  const named = model.namedWeights(w);
  try {
    for (const [name, variable] of Object.entries(named)) {
      if (variable.trainable) variable.assign(filled(name, variable.shape, (u) => (u < 0.5 ? -0.2 - u : u - 0.3)));
    }
    const batch = batchOf(spec);
    const run = (x: Record<string, tf.Tensor>) =>
      model.computeGradients(w, x, step, (output: unknown) => {
        const values = rowsOf(output);
        const cotangent = filled("cotangent", values.shape, (u) => 2 * u - 1);
        const gradient = tf.mul(cotangent, 1 / BATCH);
        return {
          total: tf.sum(tf.mul(values, cotangent)) as tf.Scalar,
          gradient: (output instanceof tf.Tensor ? gradient : sequence(gradient as tf.Tensor3D)) as tf.Tensor,
        };
      });
    const loss = (x: Record<string, tf.Tensor>): number => tf.tidy(() => run(x).loss.total.dataSync()[0]! / BATCH);
    const { gradients, inputGradients = {} } = run(batch);
    const trained = Object.keys(named).filter((name) => named[name]!.trainable);
    expect(Object.keys(gradients)).toEqual(trained);
    const compare = (what: string, gradient: tf.Tensor, place: number, at: (by: number) => number): void => {
      const wanted = (at(STEP) - at(-STEP)) / (2 * STEP);
      const derived = gradient.dataSync()[place]!;
      if (Math.abs(derived - wanted) <= TOLERANCE * (1 + Math.abs(wanted))) return;
      found.push(`${what}[${place}]: ${derived} instead of ${wanted}`);
    };
    for (const name of trained) {
      const variable = named[name]!;
      expect(gradients[name]!.shape, name).toEqual(variable.shape);
      const before = tf.clone(variable);
      for (const place of places(variable.size)) {
        compare(name, gradients[name]!, place, (by) => {
          variable.assign(nudged(before, place, by));
          return loss(batch);
        });
      }
      variable.assign(before);
    }
    for (const [name, gradient] of Object.entries(inputGradients)) {
      const x = batch[name]!;
      const values = x.dataSync();
      for (const place of places(x.size)) {
        if (values[place] === 0) continue; // padding: a mask turns there
        compare(name, rowsOf(gradient), place, (by) => loss({ ...batch, [name]: nudged(x, place, by) }));
      }
    }
  } finally {
    tf.dispose(named);
    tf.engine().endScope();
  }
  return found;
}

describe("the derivative of a generated program is that of its loss", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    await selectBackend("wasm");
    workspace = new Workspace();
  });
  afterAll(() => workspace.remove());

  it.each(CASES)("$name", async (example) => {
    const spec = specOf(example) as ModelSpec;
    const program = await workspace.load(compileChecked(spec, { of: "training", inputGradient: true }));
    expect(await differences(program, spec)).toEqual([]);
  });
});

describe("every generated program", () => {
  it("passes strict type checks, and declares nothing that it does not use", () => {
    mkdirSync(".tmp", { recursive: true });
    const root = mkdtempSync(join(".tmp", "layers-"));
    try {
      const written = new Set<string>();
      const checked: string[] = [];
      for (const [index, example] of CASES.entries()) {
        const { files } = compileChecked(specOf(example));
        for (const [path, code] of files) {
          // Layers decide the model; what surrounds it is alike, so that some of it is enough.
          if (!path.endsWith(".ts") || (index % 16 > 0 && !/^(model\.ts|support\/)/.test(path))) continue;
          const shared = path.startsWith("support/");
          // One copy of the support files serves all programs.
          const target = join(root, shared ? path : path.replace(/\.ts$/, `${index}.ts`));
          if (written.has(target)) continue;
          written.add(target);
          mkdirSync(dirname(target), { recursive: true });
          writeFileSync(
            target,
            shared
              ? code
              : code.replace(/"\.\/(model|topology|data|train|predict|predictor|program)\.ts"/g, `"./$1${index}.ts"`),
          );
          if (!shared) checked.push(target);
        }
      }
      const program = ts.createProgram(checked, {
        target: ts.ScriptTarget.ES2022,
        lib: ["lib.es2023.d.ts"],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: ["node"],
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noUnusedLocals: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        noEmit: true,
      });
      const errors = ts
        .getPreEmitDiagnostics(program)
        .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
      expect(errors.slice(0, 20)).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 240_000);
});
