import { kernel } from "./call.ts";
import { defineLayer, featuresOf } from "./definition.ts";
import { RESHAPING } from "./families/reshaping.ts";
import { count } from "./schema.ts";

export const repeatVector = defineLayer({
  type: "repeatVector",
  schema: {
    description: "Repeats a vector as the timesteps of a sequence.",
    options: { n: count("Timesteps of the output.", [4]) },
    required: ["n"],
  },
  ...RESHAPING,
  reads: "vector",
  outputShape: ({ n }, [input]) => [n, featuresOf(input!)],
  shown: ["n"],
  call: ({ n }) => kernel("repeatVector", { n }),
  keras: { className: "RepeatVector" },
});
