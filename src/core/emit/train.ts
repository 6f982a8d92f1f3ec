import { sourceOf } from "../sources/sources.ts";
import { taskOf } from "../tasks/tasks.ts";
import { hasSampleWeights } from "./batch.ts";
import { type EmitContext, INFERENCE_BATCH_SIZE, specLine } from "./context.ts";
import { Imports, kernels } from "./imports.ts";
import { hasStates } from "./states.ts";
import { hasConfusionMatrix, testAndReport } from "./test-and-report.ts";
import { commentText, header, literal } from "./text.ts";
import { readsFiles, splits, type TrainContext, unitPowers } from "./train-parts.ts";
import { printFile } from "./write.ts";

/** train.ts: settings, then data, model, step and loop in one function that reads from top to bottom. */
export function emitTrain(given: EmitContext): string {
  const context = { ...given, imports: new Imports() };
  context.imports.all("@tensorflow/tfjs-core", "tf");
  const body = [
    settings(context),
    feedType(context),
    "/** From the data to the report. */\nasync function train(session: Session): Promise<number> {",
    data(context),
    model(context),
    step(context),
    training(context),
    loop(context),
    testAndReport(context),
    "}",
    "",
    start(context),
  ].join("\n");
  return printFile([header(context), introduction(context), context.imports.declarations(), body]);
}

function introduction({ plan }: EmitContext): string {
  return [
    "//",
    `// Trains ${plan.name}${plan.description === "" ? "" : `: ${commentText(plan.description)}`}`,
    "//",
    "//   node train.ts        (Node 22.18 and newer)",
    "//   npx tsx train.ts     (Node 20)",
    "//",
    "// `--help` lists the options.",
  ].join("\n");
}

function settings(context: TrainContext): string {
  const { plan } = context;
  const { training } = plan;
  const units = unitPowers(plan);
  const line = (key: keyof typeof training.lines): string => specLine(context, training.lines[key]);
  return [
    "",
    `const EPOCHS = ${literal(training.epochs)}; // ${line("epochs")}`,
    `const BATCH_SIZE = ${literal(training.batchSize)}; // ${line("batchSize")}`,
    `const SHUFFLE = ${training.shuffle}; // ${line("shuffle")}`,
    `const SEED = ${literal(training.seed)}; // ${line("seed")}`,
    hasStates(plan)
      ? "const EVALUATION_BATCH_SIZE = BATCH_SIZE; // a sample continues the one at its place in the batch before"
      : `const EVALUATION_BATCH_SIZE = ${literal(Math.max(training.batchSize, INFERENCE_BATCH_SIZE))};`,
    ...(units.length === 0
      ? []
      : [
          "/** Metrics with a unit: the power of the target's scale by which they become those of the data. */",
          `const UNIT_POWERS = { ${units.map(([name, power]) => `${name}: ${power}`).join(", ")} };`,
        ]),
    "",
  ].join("\n");
}

function feedType({ imports }: TrainContext): string {
  imports.use("./data.ts", [], ["Batch"]);
  imports.use("./model.ts", [], ["StepScalars"]);
  return `/** What a training step reads: the inputs of a captured graph. */
type TrainFeed = Batch & { readonly iteration: tf.Scalar; readonly scalars: StepScalars<tf.Scalar> };
`;
}

function data({ plan, imports }: TrainContext): string {
  const stateful = hasStates(plan);
  imports.use("./data.ts", ["loadData"]);
  imports.use("./support/run/session.ts", ["startBackend"], ["Session"]);
  imports.use("./support/run/training.ts", ["describeSamples", "firstSamples", ...(stateful ? ["wholeBatches"] : [])]);
  if (readsFiles(plan)) imports.use("./support/run/program.ts", ["dataFolder"]);
  const directory = readsFiles(plan) ? "options.data ?? dataFolder(PROGRAM)" : "options.data";
  const { test, validation, onTest } = splits(plan);
  const whole = [
    '  const train = wholeBatches(firstSamples(data.train, options.limit), BATCH_SIZE, "training", note);',
    ...(onTest ? [] : ['  const validation = wholeBatches(data.validation, BATCH_SIZE, "validation", note);']),
    '  const test = wholeBatches(data.test, BATCH_SIZE, "test", note);',
  ];
  return `  const { options, run, progress, note } = session;

  // Data
  progress.busy("reading the data");
  const data = await loadData(${directory}, note);
${stateful ? whole.join("\n") : "  const train = firstSamples(data.train, options.limit);"}
  const counts = { source: data.source, train: train.count, validation: ${onTest ? "undefined" : `${validation}.count`}, test: ${test}.count };
  for (const line of describeSamples(counts, { epochs: options.epochs, limited: options.limit !== undefined })) note(line);
  const backend = await startBackend(session);
`;
}

function model({ plan, imports }: TrainContext): string {
  const stateful = hasStates(plan);
  imports.use("./model.ts", ["initializeOptimizer", "initializeWeights", "METRICS", "namedWeights"]);
  imports.use("./support/run/checkpoint.ts", ["newState"]);
  imports.use("./support/run/resume.ts", ["resumedCheckpoint"]);
  imports.use("./support/run/training-loop.ts", ["zeroTotals"]);
  if (stateful) imports.use("./model.ts", ["initializeStates", "namedStates"]);
  const states = `  const states = initializeStates(BATCH_SIZE); // of the stateful layers
  const evaluationStates = initializeStates(BATCH_SIZE); // its own, so that evaluation does not disturb training
`;
  return `  // Model and optimizer: as the seed makes them, or as the run that is resumed has them
  const checkpoint = resumedCheckpoint(session, data, { train: train.count, validation: ${splits(plan).validation}.count });
  const state = checkpoint?.state ?? newState(options.seed);
  const { seed } = state;
  const w = initializeWeights(seed);
  const optimizer = initializeOptimizer(w);
${stateful ? states : ""}  const totals = zeroTotals(METRICS); // sums of loss and metrics over the steps of an epoch
  const variables = { weights: namedWeights(w), optimizer, ${stateful ? "states: namedStates(states), " : ""}totals };
`;
}

function training({ plan, imports }: TrainContext): string {
  const { test, validation } = splits(plan);
  imports.use("./model.ts", ["forward"]);
  imports.use("./topology.ts", ["LAYERS"]);
  imports.use("./program.ts", ["PROGRAM"]);
  imports.use("./support/run/diverged.ts", ["divergedError"]);
  imports.use("./support/run/session.ts", ["beginRun"]);
  imports.use("./support/run/training-loop.ts", ["TrainingLoop"]);
  return `  const samples = { trainSamples: train.count, validationSamples: ${validation}.count, testSamples: ${test}.count };
  const settings = { batchSize: BATCH_SIZE, shuffle: SHUFFLE, seed, ...samples };
  const interrupt = beginRun(session, { settings, backend, captured: program.captured, data });
  const training = new TrainingLoop({
    session, state, variables, captured: program, callbacks, interrupt, data,
    metrics: METRICS, samples: train.count, batchSize: BATCH_SIZE,
    diverged: async (at) => {
      const { inputs } = await readBatch(train, Int32Array.of(0));
      return divergedError(at, PROGRAM, LAYERS, variables.weights, () => forward(w, inputs).layers);
    },
  });
`;
}

function step({ plan, imports }: TrainContext): string {
  const stateful = hasStates(plan);
  const { test, validation, onTest } = splits(plan);
  const targets = `targets${hasSampleWeights(plan) ? ", weights" : ""}`;
  imports.use("./data.ts", ["readBatch"]);
  imports.use("./model.ts", ["evaluateStep", "stepScalars", "trainStep"]);
  imports.use("./support/capture/program.ts", ["captureProgram"]);
  imports.use(kernels("step-random"), ["stepRandom"]);
  imports.use("./support/run/tensors.ts", ["variablesOf"]);
  imports.use("./support/run/callback.ts", [], ["Callback"]);
  imports.use("./support/run/callbacks.ts", ["recordMetrics", "saveCheckpoints", "showProgress"]);
  imports.use("./support/run/training-loop.ts", ["restore"]);
  imports.use("./support/run/training.ts", ["batchSizes", "scalarTensors"]);
  const carried = `  const carried = variablesOf({ states: variables.states });
  const evaluationCarried = variablesOf({ evaluationStates: namedStates(evaluationStates) });
`;
  return `  // What happens beside the steps, in this order
  const callbacks: Callback[] = [
    recordMetrics(run.metrics),
    saveCheckpoints(options.checkpointSeconds),
    showProgress(progress),
  ];
  if (checkpoint !== undefined) restore(session, checkpoint, variables, callbacks);

  // The step, captured as one TensorFlow graph where the backend allows it: then \`program\` holds the values of the variables
  progress.busy("preparing the training step");
${stateful ? carried : ""}  const trainFeed = (batch: Batch): TrainFeed => ({
    ...batch,
    iteration: tf.scalar(state.iteration, "int32"),
    scalars: scalarTensors(stepScalars(state.iteration, state.rateScale)),
  });
  const program = captureProgram({
    enabled: !options.noCapture,
    variables: { ...variablesOf({ weights: variables.weights, ...optimizer }), ${stateful ? "...carried, ...evaluationCarried, " : ""}totals },
    functions: {
      train: {
        run: ({ inputs, ${targets}, iteration, scalars }: TrainFeed) => {
          const step = { random: stepRandom(seed, iteration), ...scalars };
          totals.assign(tf.add(totals, trainStep(w, optimizer, ${stateful ? "states, " : ""}inputs, ${targets}, step)));
          return {};
        },
        examples: await Promise.all(batchSizes(BATCH_SIZE, train.count).map(async (size) => trainFeed(await readBatch(train, new Int32Array(size))))),
      },
      evaluate: {
        run: ({ inputs, ${targets} }: Batch) => evaluateStep(w, ${stateful ? "evaluationStates, " : ""}inputs, ${targets}),
        examples: await Promise.all(batchSizes(EVALUATION_BATCH_SIZE, ${onTest ? "" : `${validation}.count, `}${test}.count).map((size) => readBatch(${test}, new Int32Array(size)))),
      },
    },
    log: note,
  });`;
}

function loop({ plan, imports }: TrainContext): string {
  const stateful = hasStates(plan);
  const series = taskOf(plan.dataset).comparesForecasts;
  const kept = hasConfusionMatrix(plan) ? "int32" : series ? "float32" : undefined; // of the predictions
  const inUnits = unitPowers(plan).length > 0;
  imports.use("./data.ts", [], ["Samples"]);
  imports.use("./model.ts", ["learningRate"]);
  imports.use("./support/run/evaluation.ts", ["evaluateSplit"], ["Evaluation"]);
  imports.use("./support/run/metrics.ts", ["epochMetrics"]);
  imports.use("./support/run/session.ts", ["endInterrupted"]);
  imports.use("./support/run/training.ts", ["breathe"]);
  imports.use(kernels("sample-order"), ["sampleOrder"]);
  if (stateful) imports.use("./support/run/states.ts", ["setToZero"]);
  if (inUnits) imports.use("./support/forecast/units.ts", ["metricsInDataUnits"]);
  return `  /** Loss and metrics over a split${kept === undefined ? "" : ", and the prediction for each sample"}. */
  const evaluate = (split: Samples): Promise<Evaluation> => {
${stateful ? "    setToZero(program, evaluationCarried);\n" : ""}    const read = (indices: Int32Array): Promise<Batch> => readBatch(split, indices);
    const step = program.functions.evaluate;
    return evaluateSplit(split.count, { batchSize: EVALUATION_BATCH_SIZE, metrics: METRICS, read, step${kept === undefined ? "" : `, keep: "${kept}"`} });
  };

  // Training
  let last = run.metrics.read().at(-1);
  if (!training.goesOn) note(\`nothing left to train: the run has its \${state.epoch - 1} epochs\`);
  while (training.goesOn) {
    const { epoch } = state;
    const [started, skipped] = [performance.now(), training.samplesDone];
${stateful ? "    if (state.step === 0) setToZero(program, carried);\n" : ""}    await training.epochStart();
    const order = sampleOrder(train.count, { shuffle: SHUFFLE, seed, epoch });
    const steps = Math.ceil(train.count / BATCH_SIZE);
    while (state.step < steps) {
      const start = state.step * BATCH_SIZE;
      const feed = trainFeed(await readBatch(train, order.subarray(start, start + BATCH_SIZE)));
      program.functions.train(feed);
      tf.dispose({ ...feed });
      state.step++;
      state.iteration++;
      await breathe(); // signals come in here
      await training.stepEnd();
      if (interrupt.requested) return endInterrupted(session, epoch, interrupt);
    }
    const trained = await training.values();
    const seconds = (performance.now() - started) / 1000;

    const { values: validated } = await evaluate(${splits(plan).validation});
    await training.refuseDiverged(validated);
    last = epochMetrics(METRICS, trained, validated, {
      epoch,
      learningRate: state.rateScale * learningRate(state.iteration - 1),
      seconds,
      samplesPerSecond: (train.count - skipped) / seconds,
    });
${inUnits ? "    Object.assign(last, metricsInDataUnits(last, UNIT_POWERS, data.targetScaler.scale));\n" : ""}    training.nextEpoch();
    await training.epochEnd(last);
  }
  await training.trainEnd();
`;
}

function start({ plan, imports }: TrainContext): string {
  imports.use("./support/run/session.ts", ["runTraining"]);
  return `await runTraining({ program: PROGRAM, epochs: EPOCHS, seed: SEED, readsData: ${sourceOf(plan.dataset).reads !== "nothing"} }, train);`;
}
