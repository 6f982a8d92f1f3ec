import type { Plan } from "../core/plan/types.ts";
import { type Checkpoint, newState, type SavedTensors } from "../support/run/checkpoint.ts";

/** A checkpoint from which `train.ts --resume` begins its first epoch. */
export function initialCheckpoint(plan: Plan, weights: SavedTensors): Omit<Checkpoint, "definition"> {
  const { optimizer, training } = plan;
  const trained = plan.layers.flatMap(({ name, parameters }) =>
    parameters.filter(({ trainable }) => trainable).map((parameter) => `${name}/${parameter.name}`),
  );
  const initial = (slot: string): number =>
    optimizer.type === "adagrad" && slot === "accumulator" ? optimizer.initialAccumulatorValue : 0;
  const slot = (name: string): SavedTensors =>
    Object.fromEntries(
      trained.map((weight) => {
        const { shape, values } = weights[weight]!;
        return [weight, { shape, values: new Float32Array(values.length).fill(initial(name)) }];
      }),
    );
  const sums = 1 + training.metrics.reduce((sum, { size }) => sum + size, 0);
  return {
    weights,
    optimizer: Object.fromEntries(optimizer.slots.map((name) => [name, slot(name)])),
    state: newState(training.seed),
    sums: new Array<number>(sums).fill(0),
  };
}
