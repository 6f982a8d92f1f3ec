/** Whether a name cannot be a folder on Windows, where these are devices. */
export function isWindowsDevice(name: string): boolean {
  return /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/.test(name);
}

/** Whether a layer of this name would clash in the generated code, where it is a variable and, in capitals, a constant. */
export function isReservedName(name: string): boolean {
  return isReservedInput(name) || CONSTANTS.has(name);
}

/** Whether a model input of this name would clash in the generated code, where it is a variable. */
export function isReservedInput(name: string): boolean {
  return RESERVED.has(name) || PATTERNS.some((pattern) => pattern.test(name));
}

const PATTERNS = [
  /^[dg][A-Z]/, // dEncoder, gEncoder: gradients of encoder
  /(Forward|Backward|Inference|InferenceBackward|State|Value|With|Statistics)$/, // support functions
];

const WORDS_OF_THE_LANGUAGE =
  "abstract any arguments as async await bigint boolean break case catch class const constructor continue debugger declare " +
  "default delete do else enum eval export extends false finally for from function get if implements import in infer " +
  "instanceof interface is keyof let module namespace never new null number object of package private protected prototype " +
  "public readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined " +
  "unique unknown using var void while with yield";

const MEMBERS_OF_OBJECTS = "hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf then";

/** What the generated model declares or imports. */
const NAMES_OF_THE_MODEL =
  "tf w x y step state states batch input output loss dataLoss lossOf labels targets weights mask masks random gradients " +
  "inputGradients optimizer prediction layers metrics inputs forward computeGradients trainStep evaluateStep learningRate " +
  "stepScalars applyGradients useAveragedWeights momentum momentumProduct penalty initializeWeights " +
  "initializeOptimizer initializeStates namedWeights namedStates createWeight addFeatures rowsOf withRows dropoutMask dropoutMasks " +
  "unionOfMasks joinMasks zeros ones constant identity glorotUniform glorotNormal heUniform heNormal lecunUniform lecunNormal " +
  "orthogonal randomUniform randomNormal truncatedNormal varianceScaling withUnitForgetBias l1 l2 l1l2 maxNorm nonNeg unitNorm " +
  "minMaxNorm softmaxCrossEntropy softmaxCategoricalCrossEntropy sigmoidCrossEntropy sparseCategoricalCrossentropy " +
  "categoricalCrossentropy binaryCrossentropy meanSquaredError meanAbsoluteError meanAbsolutePercentageError " +
  "meanSquaredLogarithmicError huber logcosh poisson quantile kullbackLeiblerDivergence cosineSimilarity hinge squaredHinge " +
  "categoricalHinge ctcLoss classTargets classWeights classLabels";

/** A layer has a constant of its name in capitals: these are the capitals of other constants. */
const CONSTANTS = new Set(
  (
    "decay decaySteps decayRate initialLearningRate endLearningRate power alpha warmupTarget warmupSteps firstDecaySteps tMul mMul " +
    "boundaries values beta1 beta2 rho epsilon initialAccumulatorValue weightDecay clipNorm clipValue globalClipNorm emaMomentum " +
    "emaOverwriteFrequency classWeight lstm gru simpleRnn tanh relu sigmoid hardSigmoid linear elu selu gelu softplus softsign " +
    "swish mish softmax relu6 geluNew exponential hardSigmoid02"
  ).split(" "),
);

const RESERVED = new Set([WORDS_OF_THE_LANGUAGE, MEMBERS_OF_OBJECTS, NAMES_OF_THE_MODEL].join(" ").split(" "));
