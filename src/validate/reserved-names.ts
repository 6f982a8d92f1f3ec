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
  // dEncoder: the gradient of a call; gEncoder: the sum of an output's gradients; gruForward: a support function.
  return RESERVED.has(name) || /^[dg][A-Z]|(Forward|Backward|Inference)$/.test(name);
}

/** Words of the language, members that every object has, and names that the generated code gives to other things. */
const RESERVED = new Set(
  (
    "abstract any arguments as async await bigint boolean break case catch class const constructor continue debugger declare " +
    "default delete do else enum eval export extends false finally for from function get if implements import in infer " +
    "instanceof interface is keyof let module namespace never new null number object of package private protected prototype " +
    "public readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined " +
    "unique unknown using var void while with yield " +
    "hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf then " +
    "tf w x y step state batch input output loss labels targets weights gradients optimizer prediction layers zeros ones " +
    "glorotUniform glorotNormal heUniform heNormal lecunUniform lecunNormal orthogonal randomUniform randomNormal " +
    "truncatedNormal withUnitForgetBias createWeight forward trainStep evaluateStep learningRate stepScalars applyGradients useAveragedWeights momentum momentumProduct " +
    "describeLayers initializeWeights initializeOptimizer namedWeights lstmForward lstmBackward denseForward denseBackward " +
    "denseSequenceForward denseSequenceBackward dropoutForward dropoutBackward dropoutSequenceForward " +
    "dropoutSequenceBackward dropoutMask " +
    "softmaxCrossEntropy softmaxCategoricalCrossEntropy sigmoidCrossEntropy sparseCategoricalCrossentropy " +
    "categoricalCrossentropy binaryCrossentropy meanSquaredError meanAbsoluteError meanAbsolutePercentageError " +
    "meanSquaredLogarithmicError huber logcosh poisson quantile kullbackLeiblerDivergence cosineSimilarity hinge " +
    "squaredHinge categoricalHinge classTargets classWeights categoricalAccuracyState binaryAccuracyState " +
    "topKCategoricalAccuracyState meanSquaredErrorState meanAbsoluteErrorState meanAbsolutePercentageErrorState " +
    "crossEntropyState precisionState recallState f1State aucState " +
    "lstmLayer denseLayer dropoutLayer logits mask random addFeatures unionOfMasks joinMasks " +
    "updateMovingStatistics identity constant varianceScaling l1 l2 l1l2 maxNorm nonNeg unitNorm minMaxNorm " +
    "computeGradients penalty dataLoss"
  ).split(" "),
);

/** The capitals of these are other constants, or activations. */
const CONSTANTS = new Set(
  (
    "decay decaySteps decayRate initialLearningRate endLearningRate power alpha warmupTarget warmupSteps firstDecaySteps tMul mMul " +
    "boundaries values rho epsilon initialAccumulatorValue weightDecay clipNorm clipValue globalClipNorm emaMomentum " +
    "classWeight emaOverwriteFrequency tanh relu sigmoid hardSigmoid linear elu selu gelu softplus softsign swish mish softmax " +
    "relu6 geluNew exponential hardSigmoid02 lstm gru simpleRnn"
  ).split(" "),
);
