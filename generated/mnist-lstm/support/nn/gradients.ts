/** What a backward pass is asked for. The first trainable layer of a model, and layers before it, need no input gradient. */
export interface GradientRequest<Wanted extends boolean> {
  readonly inputGradient: Wanted;
}

/** The type of `dx`: undefined where it was not asked for. */
export type InputGradient<Wanted extends boolean, X> = Wanted extends true ? X : undefined;

/** Computes an input gradient only where it is asked for. */
export function whenWanted<Wanted extends boolean, X>(
  { inputGradient }: GradientRequest<Wanted>,
  compute: () => X,
): InputGradient<Wanted, X> {
  return (inputGradient ? compute() : undefined) as InputGradient<Wanted, X>;
}
