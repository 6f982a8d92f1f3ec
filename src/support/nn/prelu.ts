import * as tf from "@tensorflow/tfjs-core";
import { sampleShape } from "./batch-major.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, Sequence, withRows } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface PreluWeights {
  /** The shape of a sample, 1 along the axes that share a slope: [F]; [T, F] of a sequence; [T, R, C, F] of frames. */
  readonly alpha: tf.Tensor;
}

export interface PreluOutput<X extends Features> {
  readonly y: X;
  readonly x: X;
}

/** All values of the same timestep in a row of their own: [T, B, F], or [1, B, F] of vectors. */
function byTimestep(x: Features, like: Features): tf.Tensor3D {
  const [timesteps, batch] = like instanceof Sequence ? [like.timesteps, like.batch] : [1, like.shape[0]];
  return tf.reshape(rowsOf(x), [timesteps, batch, -1]);
}

/** The slope of every value, for all samples: [T, 1, F], or [1, 1, F] of vectors. */
function slopes(w: PreluWeights, x: Features): tf.Tensor3D {
  const each = tf.broadcastTo(tf.reshape(w.alpha, slopeShape(w, x)), [...sampleShape(x)]);
  return tf.reshape(each, [x instanceof Sequence ? x.timesteps : 1, 1, -1]);
}

/** The shape of alpha, with an axis of time where x is one frame for each sample. */
function slopeShape({ alpha }: PreluWeights, x: Features): number[] {
  return [...new Array<number>(sampleShape(x).length - alpha.rank).fill(1), ...alpha.shape];
}

/** x where x > 0, else alpha · x with trained slopes (He et al. 2015). */
export function preluForward<X extends Features>(x: X, w: PreluWeights): PreluOutput<X> {
  const values = byTimestep(x, x);
  const below = tf.mul(tf.minimum(values, 0), slopes(w, x));
  return { y: withRows(x, tf.reshape(tf.add(tf.relu(values), below), rowsOf(x).shape)), x };
}

export function preluBackward<X extends Features, W extends PreluWeights, G extends boolean>(
  dy: X,
  { x }: PreluOutput<X>,
  w: W,
  request: GradientRequest<G>,
): { dw: GradientsOf<W>; dx: InputGradient<G, X> } {
  const values = byTimestep(x, x);
  const d = byTimestep(dy, x);
  const each = tf.reshape(tf.sum(tf.mul(d, tf.minimum(values, 0)), 1), [...sampleShape(x)]);
  const shared = slopeShape(w, x).flatMap((size, axis) => (size < each.shape[axis]! ? [axis] : []));
  return {
    dw: { alpha: tf.reshape(tf.sum(each, shared), w.alpha.shape) } as unknown as GradientsOf<W>,
    dx: whenWanted(request, () => {
      const derivative = tf.add(tf.step(values), tf.mul(tf.step(tf.neg(values)), slopes(w, x)));
      return withRows(dy, tf.reshape(tf.mul(d, derivative), rowsOf(dy).shape));
    }),
  };
}
