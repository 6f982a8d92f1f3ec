import { Document, isMap, isScalar, type Node, type Pair, visit, YAMLMap } from "yaml";
import { load } from "../load/load.ts";
import { draftPlan } from "../plan/plan.ts";
import { checkSchema } from "../schema/schema.ts";
import { isFrom0To1 } from "../spec/activations.ts";
import type { Shape } from "../spec/dataset.ts";
import { definitionOfTargets, kindOfLoss, lossOfHead } from "../tasks/targets.ts";
import { shortText } from "./field.ts";
import type { ImportedSpec } from "./format.ts";
import { mendTraining, refuseErrors } from "./verdict.ts";

/** A part of a spec, or a draft of it. */
export type Spec = Readonly<Record<string, unknown>>;

/** What a file says of training, as a spec would say it; undefined or left out where it says nothing that a spec can say. */
export interface FoundTraining {
  readonly loss: string | Spec | undefined;
  /** The loss as it stands in the file. */
  readonly lossOfFile: unknown;
  readonly optimizer: object | undefined;
  readonly metrics: readonly (string | object)[];
  /** Of a model that takes batches of one size only. */
  readonly batchSize: number | undefined;
}

/** What a reader has found in a file of whatever format, in the words of a spec. */
export interface FoundModel {
  readonly path: string;
  /** Of the spec. */
  readonly name: string;
  /** As an arrays dataset has them. */
  readonly inputs: readonly object[];
  readonly layers: readonly Spec[];
  /** Shape of the output per sample; undefined where the layers do not fit each other. */
  readonly output: Shape | undefined;
  readonly training: FoundTraining;
  /** What the spec cannot say; more is added. */
  readonly notExpressed: string[];
  /** Where inputs, layers and their options stand in the file; undefined for what has no place. */
  readonly places: {
    input(index: number): string | undefined;
    /** @param isInner whether `key` is one of the layer inside a wrapper */
    layer(index: number, key: string | undefined, isInner: boolean): string | undefined;
  };
}

/**
 * The spec of a model, with an arrays dataset of its shapes to start from, and of its training what the rules let a spec have.
 * @throws UserError (exit code 2) where no spec has such layers
 */
export function specOf(found: FoundModel): ImportedSpec {
  const { name, inputs, layers, output, training, notExpressed } = found;
  const head = headActivation(draftSpec(found));
  const build = (loss: string | Spec, optimizer: object | undefined, metrics: readonly unknown[]): Spec => ({
    specVersion: 1,
    name,
    dataset: { type: "arrays", inputs, targets: arrayTargets(loss, output, head) },
    layers,
    optimizer: optimizer ?? { type: "adam" },
    training: { loss, ...(metrics.length === 0 ? {} : { metrics }), ...statefulTraining(layers, training.batchSize) },
  });
  const { spec, warnings } = mendTraining(training, {
    usual: lossOfHead(head),
    head,
    build,
    notExpressed: (what) => {
      if (!notExpressed.includes(what)) notExpressed.push(what);
    },
  });
  refuseErrors(spec, found);
  const assumed = (spec.training as Spec).loss !== training.loss;
  return { name, text: print(spec, notExpressed, assumed), notExpressed, warnings };
}

/** A stateful layer goes on where the batch before ended: batches in their order, of the size for which it was made. */
function statefulTraining(layers: readonly Spec[], batchSize: number | undefined): object {
  if (!layers.some(({ stateful, layer }) => stateful === true || (layer as Spec | undefined)?.stateful === true))
    return {};
  return { ...(batchSize === undefined ? {} : { batchSize }), shuffle: false };
}

/** A spec with these layers, of which nothing else is known yet. */
export function draftSpec({ name, inputs, layers }: Pick<FoundModel, "name" | "inputs" | "layers">): Spec {
  return {
    specVersion: 1,
    name,
    dataset: { type: "arrays", inputs, targets: { encoding: "numbers", features: 1, train: "x.npy", test: "x.npy" } },
    layers,
    optimizer: { type: "adam" },
    training: { loss: "meanSquaredError" },
  };
}

/**
 * What activates the output, as the compiler sees it; linear where nothing does. Inside a cell a softmax gives no shares, and two
 * directions may add up to more than 1.
 */
export function headActivation(spec: Spec): string {
  const { source } = load(JSON.stringify(spec), "spec");
  const checked = source && checkSchema(source).spec;
  const values = checked && draftPlan(checked, source).outputValues;
  if (values === undefined) return "linear";
  const { activation, isDistribution } = values;
  const isLost = activation === "softmax" ? !isDistribution : activation === "sigmoid" && !isFrom0To1(values);
  return isLost ? "linear" : activation;
}

function arrayTargets(loss: string | Spec, output: Shape | undefined, head: string): object {
  const name = typeof loss === "string" ? loss : String(loss.type);
  const features = output?.at(-1) ?? 1;
  const timesteps = output?.length === 2 ? { timesteps: output[0] } : {};
  const files = { train: "train-targets.npy", test: "test-targets.npy" };
  const encoding = kindOfLoss(name, head);
  const { output: unit, isAligned } = definitionOfTargets({ kind: encoding });
  if (isAligned) {
    const length = output?.length === 2 ? output[0]! : 1; // at most: the file does not say more
    return { encoding, classes: features, length, ...files };
  }
  if (unit === "class") return { encoding, classes: features, ...timesteps, ...files };
  return { encoding, ...(features === 1 ? {} : { features }), ...timesteps, ...files };
}

function print(spec: object, notExpressed: readonly string[], lossAssumed: boolean): string {
  const document = new Document(spec);
  const comments = [
    " The dataset names files that hold nothing yet: write them with numpy.save, or choose another type of dataset.",
    ...notExpressed.map((what) => ` not expressed: ${shortText(what, 400).replace(/[^\x20-\x7e]/g, " ")}`),
  ];
  document.commentBefore = comments.join("\n");
  if (lossAssumed) commentOn(document, "loss", " assumed: the file has none that can be trained");
  // Short maps and lists stand in one line.
  visit(document, {
    Collection: (_, node) => {
      const leaves = (node.items as (Pair<Node, Node> | Node)[]).every((item) =>
        isScalar(item) ? true : "value" in item && isScalar(item.value),
      );
      const isOption = isMap(node) ? !node.has("type") && !node.has("specVersion") && !node.has("loss") : true;
      if (leaves && isOption && !(node instanceof YAMLMap && node.has("encoding"))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}

function commentOn(document: Document, key: string, comment: string): void {
  const training = document.get("training") as YAMLMap;
  const pair = training.items.find((item) => (item.key as { value?: unknown }).value === key);
  if (pair !== undefined && isScalar(pair.value)) pair.value.comment = comment;
}
