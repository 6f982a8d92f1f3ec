import { RandomStream } from "../nn/random.ts";
import { sha256 } from "lstm-compile-runtime/system/sha256.js";
import type { ImageDataset } from "./dataset.ts";
import type { IdxImages } from "./idx-format.ts";
import { imageSplit } from "./image-split.ts";
import { type ValidationSplit, withValidation } from "./splits.ts";

const SIZE = 28;

/** A point of a stroke in a box of 1 × 1, y down. */
type Point = readonly [x: number, y: number];

/** Points of an ellipse's arc; angles in quarter turns, clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({ length: 13 }, (_, k) => {
    const [cosine, sine] = direction(from + ((to - from) * k) / 12);
    return [cx + rx * cosine, cy + ry * sine] as const;
  });
}

/**
 * A point of the unit circle by the rational form of a quarter: only +, -, ·, / and so the same bits on every machine, which
 * Math.sin does not promise.
 */
function direction(quarterTurns: number): [number, number] {
  const turn = quarterTurns - 4 * Math.floor(quarterTurns / 4);
  const quarter = Math.floor(turn);
  const part = turn - quarter;
  const t = 0.41421356237309503 * (2 * part - 1); // tan of half the angle from the quarter's middle, nearly
  const along = (1 - t * t) / (1 + t * t);
  const across = (2 * t) / (1 + t * t);
  const diagonal = Math.SQRT1_2;
  const x = (along - across) * diagonal;
  const y = (along + across) * diagonal;
  switch (quarter) {
    case 0:
      return [x, y];
    case 1:
      return [-y, x];
    case 2:
      return [-x, -y];
    default:
      return [y, -x];
  }
}

/** Shapes of each digit, some written in two ways; a shape is a list of strokes. */
const SHAPES: readonly (readonly (readonly Point[])[])[][] = [
  [[arc(0.5, 0.5, 0.3, 0.42, 0, 4)]],
  [
    [
      [
        [0.5, 0.06],
        [0.5, 0.94],
      ],
    ],
    [
      [
        [0.32, 0.26],
        [0.54, 0.06],
        [0.54, 0.94],
      ],
    ],
  ],
  [[[...arc(0.5, 0.3, 0.27, 0.23, 2, 4.5), [0.22, 0.92], [0.82, 0.92]]]],
  [[[...arc(0.46, 0.28, 0.26, 0.21, 2.3, 5), ...arc(0.46, 0.71, 0.3, 0.22, 3, 5.7)]]],
  [
    [
      [
        [0.62, 0.94],
        [0.62, 0.06],
        [0.16, 0.66],
        [0.86, 0.66],
      ],
    ],
    [
      [
        [0.24, 0.08],
        [0.2, 0.52],
        [0.8, 0.52],
      ],
      [
        [0.72, 0.1],
        [0.66, 0.94],
      ],
    ],
  ],
  [[[[0.78, 0.08], [0.3, 0.08], [0.27, 0.44], ...arc(0.48, 0.66, 0.3, 0.26, 3, 5.8)]]],
  [[[[0.66, 0.06], [0.34, 0.4], ...arc(0.5, 0.69, 0.27, 0.24, 2, 6)]]],
  [
    [
      [
        [0.16, 0.09],
        [0.82, 0.09],
        [0.42, 0.94],
      ],
    ],
    [
      [
        [0.16, 0.09],
        [0.82, 0.09],
        [0.42, 0.94],
      ],
      [
        [0.36, 0.5],
        [0.74, 0.5],
      ],
    ],
  ],
  [[arc(0.5, 0.29, 0.23, 0.21, 1, 5), arc(0.5, 0.72, 0.28, 0.22, 3, 7)]],
  [
    [[...arc(0.5, 0.31, 0.26, 0.24, 0, 4), [0.74, 0.55], [0.62, 0.94]]],
    [[...arc(0.5, 0.31, 0.26, 0.24, 0, 4), ...arc(0.48, 0.66, 0.28, 0.27, 0, 1.6)]],
  ],
];

export interface DigitsOptions {
  readonly trainSamples: number;
  readonly testSamples: number;
  readonly validation: ValidationSplit;
  readonly seed: number;
  /** Pixels are divided by this. */
  readonly scale: number;
}

/**
 * Generated images of digits, 28 × 28 pixels, 10 classes: drawn strokes with slant, size, place, thickness and noise of their
 * own. The same seed gives the same bytes on every machine.
 */
export function loadDigits({ trainSamples, testSamples, validation, seed, scale }: DigitsOptions): ImageDataset {
  const train = drawDigits(trainSamples, seed, "digits/train");
  const test = drawDigits(testSamples, seed, "digits/test");
  const splits = {
    train: imageSplit(train.images, train.labels, scale),
    test: imageSplit(test.images, test.labels, scale),
  };
  return {
    ...withValidation(splits, validation, train.labels),
    source: `digits generated with seed ${seed}`,
    checksums: { "digits/test": sha256(test.images.pixels), "digits/train": sha256(train.images.pixels) },
  };
}

/** Random numbers that one image may take; with 2^32 of them in a stream, a million images share none. */
const NUMBERS_PER_IMAGE = 4096;

/** Images and labels from the random streams of that name; each class has count / 10 images, rounded down or up. */
export function drawDigits(count: number, seed: number, name: string): { images: IdxImages; labels: Uint8Array } {
  const order = new RandomStream(seed, `${name}/order`).permutation(count);
  const random = new RandomStream(seed, name);
  const pixels = new Uint8Array(count * SIZE * SIZE);
  const labels = Uint8Array.from(order, (place) => place % 10);
  for (let index = 0; index < count; index++) {
    let drawn = index * NUMBERS_PER_IMAGE;
    const next = (): number => random.uniform(drawn++);
    drawDigit(labels[index]!, next, pixels.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE));
  }
  return { images: { count, rows: SIZE, columns: SIZE, pixels }, labels };
}

function drawDigit(label: number, next: () => number, image: Uint8Array): void {
  const between = (low: number, high: number): number => low + (high - low) * next();
  const variants = SHAPES[label]!;
  const strokes = variants[Math.floor(next() * variants.length)]!;
  const width = between(12, 19);
  const height = between(16, 21);
  const slant = between(-0.28, 0.38);
  const turn = between(-0.15, 0.15);
  const [x0, y0] = [between(12.3, 15.7), between(12.3, 15.7)];
  const radius = between(0.75, 1.7);
  const wobble = 0.035;
  const placed = strokes.map((stroke) =>
    stroke.map(([x, y]): Point => {
      const u = (x - 0.5 + between(-wobble, wobble)) * width;
      const v = (y - 0.5 + between(-wobble, wobble)) * height;
      const sheared = u - slant * v;
      return [x0 + sheared - turn * v, y0 + v + turn * sheared];
    }),
  );
  const ink = between(200, 255);
  const noise = between(0, 24);
  const distances = squaredDistances(placed, radius + 0.5);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(distances[pixel]!)));
    const value = ink * cover + noise * (next() - 0.5) * (cover > 0 ? 1 : 0.5);
    image[pixel] = Math.min(255, Math.max(0, Math.round(value)));
  }
}

/** The squared distance of each pixel to the nearest stroke, exact up to `reach` and no less than that beyond it. */
function squaredDistances(strokes: readonly (readonly Point[])[], reach: number): Float64Array {
  const nearest = new Float64Array(SIZE * SIZE).fill(1e9);
  const first = (a: number, b: number): number => Math.max(0, Math.ceil(Math.min(a, b) - reach));
  const last = (a: number, b: number): number => Math.min(SIZE - 1, Math.floor(Math.max(a, b) + reach));
  for (const stroke of strokes) {
    for (let k = 1; k < stroke.length; k++) {
      const [ax, ay] = stroke[k - 1]!;
      const [bx, by] = stroke[k]!;
      const dx = bx - ax;
      const dy = by - ay;
      const length2 = dx * dx + dy * dy;
      const [left, right] = [first(ax, bx), last(ax, bx)];
      for (let y = first(ay, by); y <= last(ay, by); y++) {
        for (let x = left; x <= right; x++) {
          const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2));
          const ex = ax + along * dx - x;
          const ey = ay + along * dy - y;
          const distance2 = ex * ex + ey * ey;
          const pixel = y * SIZE + x;
          if (distance2 < nearest[pixel]!) nearest[pixel] = distance2;
        }
      }
    }
  }
  return nearest;
}
