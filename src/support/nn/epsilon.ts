/** Keeps logarithms and quotients finite, as in Keras. */
export const EPSILON = 1e-7;
