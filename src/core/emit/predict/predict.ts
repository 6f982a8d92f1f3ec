import type { EmitContext } from "../context.ts";
import { header } from "../text.ts";
import { printFile } from "../write.ts";
import { arrays } from "./arrays.ts";
import { forecast } from "./forecast.ts";
import { generate } from "./generate.ts";
import { images } from "./images.ts";
import { labelSequences } from "./labels.ts";
import type { PredictFiles } from "./parts.ts";

/** predictor.ts, which applies the weights of a run to new input, and predict.ts, its command line. What they read depends on the kind of dataset. */
export function emitPredict(context: EmitContext): PredictFiles {
  const { predictor, command } = files(context);
  return { predictor: printFile([header(context), predictor]), command: printFile([header(context), command]) };
}

function files({ plan }: EmitContext): PredictFiles {
  const { dataset } = plan;
  switch (dataset.type) {
    case "mnist":
    case "digits":
    case "idx":
      return images(plan, dataset.scale);
    case "csv":
      return forecast(plan);
    case "text":
      return generate(plan, dataset);
    case "arrays":
      return dataset.targets.kind === "labelSequence" ? labelSequences(plan) : arrays(plan);
  }
}
