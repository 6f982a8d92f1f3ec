import type { Plan } from "../../plan/types.ts";
import type { PredictPrograms } from "../../tasks/task.ts";
import { taskOf } from "../../tasks/tasks.ts";
import type { EmitContext } from "../context.ts";
import { header } from "../text.ts";
import { printFile } from "../write.ts";
import { predictArrays } from "./arrays.ts";
import { predictForecast } from "./forecast.ts";
import { predictForecasts } from "./forecasts.ts";
import { predictText } from "./generate.ts";
import { predictImages } from "./images.ts";
import { predictLabelSequences } from "./labels.ts";
import type { PredictFiles } from "./parts.ts";

/** predictor.ts, which applies the weights of a run to new input, and predict.ts, its command line. What they read depends on the task. */
export function emitPredict(context: EmitContext): PredictFiles {
  const { dataset } = context.plan;
  const { predictor, command } = PROGRAMS[taskOf(dataset).programs(dataset)](context.plan);
  return { predictor: printFile([header(context), predictor]), command: printFile([header(context), command]) };
}

const PROGRAMS: Readonly<Record<PredictPrograms, (plan: Plan) => PredictFiles>> = {
  images: predictImages,
  forecast: predictForecast,
  forecasts: predictForecasts,
  generate: predictText,
  outputs: predictArrays,
  labels: predictLabelSequences,
};
