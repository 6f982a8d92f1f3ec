import { sourceOf } from "../sources/sources.ts";
import { describeValidation } from "../sources/validation.ts";
import { taskOf } from "../tasks/tasks.ts";
import { type EmitContext, INFERENCE_BATCH_SIZE, specLine } from "./context.ts";
import { hasSampleWeights } from "./loss.ts";
import { predictExample } from "./predict/example.ts";
import { isStateful } from "./states.ts";
import { commentText, FOOTER, header, literal } from "./text.ts";
import { imports } from "./train-imports.ts";
import {
  AVERAGE,
  CONFUSION,
  comparison,
  DESCRIBED,
  hasConfusionMatrix,
  readsFiles,
  SET_TO_ZERO,
  STATES,
  unitPowers,
  wholeSplits,
} from "./train-parts.ts";
import { printFile } from "./write.ts";

/** train.ts: settings, then one readable loop from the data to the report. */
export function emitTrain(context: EmitContext): string {
  return printFile([
    header(context),
    introduction(context),
    imports(context),
    settings(context),
    main(context),
    FOOTER,
  ]);
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

function settings(context: EmitContext): string {
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
    isStateful(plan)
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

function main({ plan }: EmitContext): string {
  const weighted = hasSampleWeights(plan);
  const names = plan.dataset.inputs.map(({ name }) => name).join(", ");
  const targets = `targets${weighted ? ", weights" : ""}`;
  const confused = hasConfusionMatrix(plan);
  const series = taskOf(plan.dataset).comparesForecasts;
  const units = unitPowers(plan);
  const kept = confused ? "int32" : series ? "float32" : undefined; // of the predictions
  const stateful = isStateful(plan);
  const test = stateful ? "test" : "data.test";
  const onTest = plan.dataset.validation === "test";
  const validation = onTest ? test : stateful ? "validation" : "data.validation";
  const accuracy = plan.training.metrics.findIndex(({ name }) => name === "accuracy");
  const directory = readsFiles(plan) ? "options.data ?? dataFolder(PROGRAM)" : "options.data";
  return `async function main(): Promise<number> {
  const commandLine = trainCommandLine({ name: PROGRAM.name, epochs: EPOCHS, seed: SEED, readsData: ${sourceOf(plan.dataset).reads !== "nothing"} });
  const options = readOptions(process.argv.slice(2), commandLine);
  if (options === "help") {
    process.stdout.write(usage(commandLine));
    return 0;
  }
  const progress = new Progress({ stream: process.stderr, quiet: options.quiet, epochs: options.epochs });
  const run = openRun(recordProgram(PROGRAM), options, (line) => progress.note(line));
  try {
    return await train(run, options, progress);
  } catch (error) {
    run.fail(error);
    throw error;
  } finally {
    progress.close();
    run.close();
  }
}

async function train(run: RunDirectory, options: TrainOptions, progress: Progress): Promise<number> {
  const note = (line: string): void => progress.note(line);
  progress.busy("reading the data");
  const data = await loadData(${directory}, note);
${stateful ? wholeSplits(onTest) : "  const train = firstSamples(data.train, options.limit);\n"}  const counts = { source: data.source, train: train.count, validation: ${onTest ? "undefined" : `${validation}.count`}, test: ${test}.count };
  for (const line of describeSamples(counts, { epochs: options.epochs, limited: options.limit !== undefined })) note(line);
  progress.busy("starting the backend");
  const backend = await selectBackend(options.backend, { verbose: options.verbose, log: note });
  note(\`backend: \${backend.name} (\${backend.device}), \${backend.reason}\`);

  const changed = overrides(options, { epochs: EPOCHS, seed: SEED });
  const preprocessing = data.fitted === undefined ? undefined : { sha256: hashOf(data.fitted) };
  const saved = run.resumed === undefined ? undefined : loadCheckpoint(run.path);
  const seed = saved?.state.seed ?? options.seed;
  const w = initializeWeights(seed);
  const weights = namedWeights(w);
  const optimizer = initializeOptimizer(w);
${stateful ? STATES : ""}  let iteration = 0; // training steps taken
  let firstEpoch = 1;
  let firstStep = 0;
  const totals = tf.variable(tf.tensor1d(zeroSums(METRICS)), false); // of loss and metrics over an epoch
  if (run.resumed !== undefined && saved !== undefined) {
    refuseOtherData(run.path, run.resumed, saved.state, {
      checksums: data.checksums,
      trainSamples: train.count,
      validationSamples: ${validation}.count,
      preprocessing: preprocessing?.sha256,
      seed: options.seed,
      specSeed: SEED,
      epochs: options.epochs,
    });
    run.metrics.requireBefore(saved.state.epoch);
    assignTensors(weights, saved.weights);
    for (const [slot, values] of Object.entries<NamedWeights>(optimizer)) assignTensors(values, saved.optimizer[slot] ?? {});
${stateful ? "    if (saved.states !== undefined) assignTensors(namedStates(states), saved.states);\n" : ""}    totals.assign(tf.tensor1d(saved.state.sums));
    ({ iteration, epoch: firstEpoch, step: firstStep } = saved.state);
    note(\`resumed \${run.path} in epoch \${firstEpoch} after \${firstStep} steps\`);
  }

  progress.busy("preparing the training step");
  // Captured as one TensorFlow graph where the backend allows it; then the session owns the variables until they are pulled.
  const program = captureProgram({
    enabled: !options.noCapture,
    variables: { ...variablesOf({ weights, ...optimizer }), ${stateful ? "...carried, ...evaluationCarried, " : ""}totals },
    functions: {
      train: {
        run: ({ ${names}, ${targets}, iteration, ...scalars }: TrainFeed) => {
          const step = { random: stepRandom(seed, iteration), ...scalars };
          totals.assign(tf.add(totals, trainStep(w, optimizer, ${stateful ? "states, " : ""}{ ${names} }, ${targets}, step)));
          return {};
        },
        examples: await Promise.all(batchSizes(BATCH_SIZE, train.count).map(async (size) => trainFeed(await readBatch(train, new Int32Array(size)), 0))),
      },
      evaluate: {
        run: ({ ${names}, ${targets} }: EvaluationFeed) => evaluateStep(w, ${stateful ? "evaluationStates, " : ""}{ ${names} }, ${targets}),
        examples: await Promise.all(
          batchSizes(EVALUATION_BATCH_SIZE, ${onTest ? "" : `${validation}.count, `}${test}.count).map(async (size) => evaluationFeed(await readBatch(${test}, new Int32Array(size)))),
        ),
      },
    },
    log: note,
  });
  const interrupt = onInterrupt(); // from now on the run says how it ended
  run.begin({
    name: PROGRAM.name,
    spec: PROGRAM.spec,
    specSha256: PROGRAM.specSha256,
    compiler: PROGRAM.compiler,
    arguments: process.argv.slice(2),
    overrides: changed,
    settings: { epochs: options.epochs, batchSize: BATCH_SIZE, shuffle: SHUFFLE, seed, trainSamples: train.count, validationSamples: ${validation}.count, testSamples: ${test}.count },
    git: gitState(PROGRAM.folder) ?? null,
    backend,
    captured: program.captured,
    versions: { node: process.version, "@tensorflow/tfjs-core": tf.version_core },
    data: { source: data.source, sha256: data.checksums },
    preprocessing,
  });

${stateful ? SET_TO_ZERO : ""}  /** Sums of loss and metrics over the epoch so far. */
  const readTotals = async (): Promise<number[]> => {
    program.pull(["totals"]);
    return Array.from(await totals.data<"float32">());
  };
  const checkpoint = async (state: { epoch: number; step: number; sums: number[] }): Promise<void> => {
    program.pull();
    const slots: Record<string, Awaited<ReturnType<typeof readTensors>>> = {};
    for (const [slot, values] of Object.entries<NamedWeights>(optimizer)) slots[slot] = await readTensors(values);
    saveCheckpoint(run.path, {
      definition: PROGRAM.definition,
      weights: await readTensors(weights),
      optimizer: slots,
${stateful ? "      states: await readTensors(namedStates(states)),\n" : ""}      state: { ...state, iteration, seed },
      ...(data.fitted === undefined ? {} : { fitted: data.fitted }),
    });
  };

  const clock = new CheckpointClock(options.checkpointSeconds);
  run.metrics.keepBefore(firstEpoch);
  for (let epoch = firstEpoch; epoch <= options.epochs; epoch++) {
${stateful ? "    if (firstStep === 0) setToZero(carried);\n" : ""}    const started = performance.now();
    const order = sampleOrder(train.count, { shuffle: SHUFFLE, seed, epoch });
    const steps = Math.ceil(train.count / BATCH_SIZE);
    for (let step = firstStep; step < steps; step++) {
      const feed = trainFeed(await readBatch(train, order.subarray(step * BATCH_SIZE, (step + 1) * BATCH_SIZE)), iteration);
      program.functions.train(feed);
      tf.dispose(feed);
      iteration++;

      const samplesDone = Math.min((step + 1) * BATCH_SIZE, train.count);
      if (progress.wantsUpdate()) {
        const [loss${accuracy < 0 ? "" : `, ...metrics`}] = metricValues(METRICS, await readTotals(), samplesDone);
        if (!Number.isFinite(loss)) throw await diverged(epoch, step);
        progress.update({ epoch, samplesDone, samples: train.count, loss: loss!${accuracy < 0 ? "" : `, accuracy: metrics[${accuracy}]!`} });
      }
      await breathe();
      if (interrupt.requested || clock.due()) {
        const sums = await readTotals();
        if (!Number.isFinite(metricValues(METRICS, sums, samplesDone)[0])) throw await diverged(epoch, step);
        await clock.save(() => checkpoint({ epoch, step: step + 1, sums }));
      }
      if (interrupt.requested) {
        run.update({ status: "interrupted" });
        note(\`stopped in epoch \${epoch}; next: \${resumeCommand(PROGRAM, run.path, changed)}\`);
        return interrupt.exitCode;
      }
    }
    const trained = metricValues(METRICS, await readTotals(), train.count);
    if (!Number.isFinite(trained[0])) throw await diverged(epoch, steps - 1);
    const seconds = (performance.now() - started) / 1000;

    const { values: validated } = await evaluate(${validation});
    if (!Number.isFinite(validated[0])) throw await diverged(epoch, steps - 1);
    const metrics = epochMetrics(epoch, trained, validated, {
      learningRate: learningRate(iteration - 1),
      seconds,
      samplesPerSecond: (train.count - firstStep * BATCH_SIZE) / seconds,
    });
${units.length > 0 ? "    Object.assign(metrics, metricsInDataUnits(metrics, UNIT_POWERS, data.targetScaler.scale));\n" : ""}    firstStep = 0;
    tf.tidy(() => totals.assign(tf.tensor1d(zeroSums(METRICS))));
    program.push(["totals"]);
    run.metrics.append(metrics); // before the checkpoint: a resumed run drops lines of epochs that it repeats
    await clock.save(() => checkpoint({ epoch: epoch + 1, step: 0, sums: zeroSums(METRICS) }));
    progress.epochEnd(metrics);
    if (epoch === options.epochs) await finish(metrics);
  }
  if (firstEpoch > options.epochs) {
    note(\`nothing left to train: the run has its \${options.epochs} epochs\`);
    await finish(run.metrics.read().at(-1));
  }
  interrupt.dispose();
  program.dispose();
  return 0;

  /** Measures the trained model on the test samples, exports it and writes the report. */
  async function finish(last: EpochMetrics | undefined): Promise<void> {
${plan.optimizer.ema === undefined ? "" : AVERAGE}    const { values: measured${kept === undefined ? "" : ", predicted"} } = await evaluate(${test});
    if (!Number.isFinite(measured[0])) throw await diverged(options.epochs, Math.ceil(train.count / BATCH_SIZE) - 1);
    const tested = namedMetrics(METRICS, measured);
${units.length > 0 ? "    Object.assign(tested, metricsInDataUnits(tested, UNIT_POWERS, data.targetScaler.scale));\n" : ""}    const values = await readTensors(weights);
    writeLayersModel(run.modelPath, TOPOLOGY, values, { generatedBy: PROGRAM.compiler, fitted: data.fitted });
    for (const warning of TOPOLOGY.warnings) note(\`model: \${warning}\`);
${series ? comparison(plan, test) : ""}    run.update({ status: "finished", metrics: last, test: tested${series ? ", forecast: errors" : ""} });
    run.writeReport(
      renderReport({
        title: PROGRAM.name,
        description: ${literal(plan.description)},
        layers: LAYERS,
        metrics: run.metrics.read(),
        test: { metrics: tested, isValidation: ${onTest} },
${confused ? `        confusion: await confusion(${test}, predicted),\n` : ""}${series ? "        forecast: { target: data.series.name, errors },\n" : ""}        summary: {
          Spec: \`\${PROGRAM.spec} (SHA-256 \${PROGRAM.specSha256})\`,
          Compiler: PROGRAM.compiler,
          Backend: \`\${backend.name}: \${backend.device}\`,
          Data: data.source,
          Validation: ${literal(describeValidation(plan.dataset.validation))},
          Seed: String(seed),
        },
      }),
    );
    note(testLine(tested, { isValidation: ${onTest} }));
${series ? DESCRIBED : ""}    note(\`model, metrics and report: \${run.path}\`);
    note(\`next: \${predictionCommand(PROGRAM, run.path, ${predictExample(plan)})}\`);
  }

  /** Loss and metrics over a split, and the prediction for each sample. */
  async function evaluate(split: Samples): Promise<{ values: number[]; predicted: number[] }> {
${stateful ? "    setToZero(evaluationCarried);\n" : ""}    const sums = new DeviceSums(zeroSums(METRICS));
    const predicted: number[] = [];
    const order = sampleOrder(split.count, { shuffle: false, seed: 0, epoch: 0 });
    for (let start = 0; start < split.count; start += EVALUATION_BATCH_SIZE) {
      const feed = evaluationFeed(await readBatch(split, order.subarray(start, start + EVALUATION_BATCH_SIZE)));
      const result = program.functions.evaluate(feed);
      sums.add(result.totals);
${kept === undefined ? "" : `      for (const value of await result.predicted.data<"${kept}">()) predicted.push(value);\n`}      tf.dispose([feed, result.predicted]);
      await breathe();
    }
    const values = metricValues(METRICS, await sums.read(), split.count);
    sums.dispose();
    return { values, predicted };
  }

  /** The error for a loss that is no number: names the first layer that has left the finite numbers. */
  async function diverged(epoch: number, step: number): Promise<DivergedError> {
    program.pull();
    const { inputs } = await readBatch(train, Int32Array.of(0));
    const outputs = tf.tidy(() => {
      const { layers } = forward(w, inputs);
      return Object.fromEntries(Object.entries(layers).map(([name, output]) => [name, tf.clone(output)]));
    });
    const culprit = (await firstNonFinite(weights)) ?? (await firstNonFinite(outputs));
    const layer = LAYERS.find(({ name }) => name === culprit?.split("/")[0]);
    const where = layer === undefined ? "" : \`\${shownSpec(PROGRAM)}:\${layer.specLine}: \`;
    const what = culprit === undefined ? "the loss" : culprit.includes("/") ? \`weight \${culprit}\` : \`the output of \${culprit}\`;
    return new DivergedError(
      \`\${where}\${what} is not finite (epoch \${epoch}, step \${step + 1})\`,
      "lower optimizer.learningRate, scale the input, or use tanh instead of relu in recurrent layers",
    );
  }
}

/** What a step reads of a batch, by name: these are the inputs of a captured graph. */
type EvaluationFeed = Batch["inputs"] & Omit<Batch, "inputs">;
type TrainFeed = EvaluationFeed & StepScalars<tf.Scalar> & { iteration: tf.Scalar };

function evaluationFeed({ inputs, ...rest }: Batch): EvaluationFeed {
  return { ...inputs, ...rest };
}

function trainFeed(batch: Batch, iteration: number): TrainFeed {
  return { ...evaluationFeed(batch), ...scalarTensors(stepScalars(iteration)), iteration: tf.scalar(iteration, "int32") };
}

/** One line of metrics.jsonl. */
function epochMetrics(
  epoch: number,
  trained: readonly number[],
  validated: readonly number[],
  rest: { learningRate: number; seconds: number; samplesPerSecond: number },
): EpochMetrics {
  const metrics: EpochMetrics = { epoch, loss: trained[0]!, valLoss: validated[0]!, ...rest };
  for (const [index, { name }] of METRICS.entries()) {
    metrics[name] = trained[index]!;
    metrics[\`val\${name.charAt(0).toUpperCase()}\${name.slice(1)}\`] = validated[index]!;
  }
  return metrics;
}
${confused ? CONFUSION : ""}
`;
}
