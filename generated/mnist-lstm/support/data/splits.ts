import { RandomStream } from "../nn/random.ts";
import { counted } from "lstm-compile-runtime/system/counted.js";
import { UserError } from "lstm-compile-runtime/system/user-error.js";
import type { BatchArrays, Gather, InputArrays, InputSplit, Split } from "./dataset.ts";

/** Where validation samples come from: the test samples, or a share of the training samples: `seed` draws them, or they are the last. */
export type ValidationSplit = "test" | { readonly fraction: number; readonly seed?: number };

interface InputGathers<Name extends string> {
  readonly count: number;
  readonly inputs: Readonly<Record<Name, Gather>>;
}

interface Gathers<Name extends string> extends InputGathers<Name> {
  readonly targets: Gather;
  readonly weights?: Gather<Float32Array>;
}

function gatherInputs<Name extends string>(
  inputs: Readonly<Record<Name, Gather>>,
  indices: Int32Array,
): InputArrays<Name>["inputs"] {
  const entries = Object.entries<Gather>(inputs).map(([name, gather]) => [name, gather(indices)] as const);
  return Object.fromEntries(entries) as InputArrays<Name>["inputs"];
}

/** Inputs that lie in memory. */
export function inputsInMemory<Name extends string>({ count, inputs }: InputGathers<Name>): InputSplit<Name> {
  return { count, read: async (indices) => ({ inputs: gatherInputs(inputs, indices) }) };
}

/** Samples that lie in memory. */
export function inMemory<Name extends string>({ count, inputs, targets, weights }: Gathers<Name>): Split<Name> {
  return {
    count,
    read: async (indices): Promise<BatchArrays<Name>> => ({
      inputs: gatherInputs(inputs, indices),
      targets: targets(indices),
      ...(weights === undefined ? {} : { weights: weights(indices) }),
    }),
  };
}

/** The samples at `positions` of a split, in that order. */
export function subset<Name extends string>(split: Split<Name>, positions: Int32Array): Split<Name> {
  const { lengths } = split;
  return {
    count: positions.length,
    ...(lengths === undefined ? {} : { lengths: positions.map((position) => lengths[position]!) }),
    read: (indices) => split.read(indices.map((index) => positions[index]!)),
  };
}

/**
 * Training and validation samples. Those that are left for training keep their order.
 * @param classes of the training samples, where each has one: then each class is drawn from alike
 * @throws UserError (exit code 1) where there are too few to draw from
 */
export function withValidation<Name extends string, S extends Split<Name>>(
  { train, test }: { readonly train: Split<Name>; readonly test: S },
  validation: ValidationSplit,
  classes?: ArrayLike<number>,
): { train: Split<Name>; validation: Split<Name>; test: S } {
  if (validation === "test") return { train, validation: test, test };
  const held = heldOut(train.count, validation, classes);
  return { train: subset(train, held.train), validation: subset(train, held.validation), test };
}

/** How many of `count` samples, rows or characters a share holds out: one at least. */
export function heldOutCount(count: number, fraction: number): number {
  return Math.max(1, Math.round(count * fraction));
}

/** The first of the rows or characters at the end that are for validation, where `count` are not for testing. */
export function validationStart(count: number, validation: ValidationSplit): number {
  return validation === "test" ? count : count - heldOutCount(count, validation.fraction);
}

/** Positions of the samples that stay and of those that are held out, each in their order. */
export function heldOut(
  count: number,
  { fraction, seed }: Exclude<ValidationSplit, "test">,
  classes?: ArrayLike<number>,
): { train: Int32Array; validation: Int32Array } {
  const wanted = heldOutCount(count, fraction);
  const isHeld = new Uint8Array(count);
  if (seed === undefined) {
    if (count > 1) isHeld.fill(1, count - wanted);
  } else {
    const groups = new Map<number | undefined, number[]>();
    for (const position of new RandomStream(seed, "validation").permutation(count)) {
      const group = groups.get(classes?.[position]);
      if (group === undefined) groups.set(classes?.[position], [position]);
      else group.push(position);
    }
    for (const [group, share] of shares([...groups.values()], wanted)) {
      for (const position of group.slice(0, share)) isHeld[position] = 1;
    }
  }
  const all = Int32Array.from({ length: count }, (_, position) => position);
  const validation = all.filter((position) => isHeld[position] === 1);
  if (validation.length === 0) {
    const why = count === 1 ? "" : ", because each has a class of its own";
    throw new UserError(`of ${counted(count, "training sample")} none can be held out for validation${why}`, {
      exitCode: 1,
      fix: "give more data, or use `validation: test` in the dataset",
    });
  }
  return { train: all.filter((position) => isHeld[position] === 0), validation };
}

/** How many of each group are held out: its share, rounded so that the sum is right, but never its last sample. */
function shares(groups: readonly number[][], wanted: number): [group: number[], share: number][] {
  const fraction = wanted / groups.reduce((count, group) => count + group.length, 0);
  const all = groups.map((group) => {
    const exact = Math.min(group.length * fraction, group.length - 1);
    return { group, share: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let missing = wanted - all.reduce((sum, { share }) => sum + share, 0);
  for (const one of [...all].sort((a, b) => b.rest - a.rest)) {
    if (missing > 0 && one.share < one.group.length - 1) {
      one.share++;
      missing--;
    }
  }
  return all.map(({ group, share }) => [group, share]);
}
