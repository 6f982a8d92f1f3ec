import { printableMessage } from "../system/printable.ts";
import { type EpochMetrics, orderedMetrics } from "./metrics.ts";

export interface ProgressUpdate {
  readonly epoch: number;
  readonly samplesDone: number;
  readonly samples: number;
  readonly loss: number;
  readonly accuracy?: number;
}

interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const REDRAW_MILLISECONDS = 100;
/** Without a bar the loss is still looked at now and then, so that NaN stops a run early. */
const WATCH_MILLISECONDS = 1000;

/** Training progress: a bar on a terminal, one line per epoch elsewhere, nothing when quiet. */
export class Progress {
  readonly #stream: Terminal;
  readonly #quiet: boolean;
  readonly #epochs: number;
  readonly #bar: boolean;
  readonly #color: boolean;
  readonly #clock: () => number;
  #lastUpdate: number;
  #epochStarted: { epoch: number; time: number; samples: number } | undefined;
  #barShown = false;

  /** clock: milliseconds. */
  constructor(options: {
    stream: Terminal;
    quiet: boolean;
    epochs: number;
    color?: boolean;
    clock?: () => number;
  }) {
    this.#stream = options.stream;
    this.#quiet = options.quiet;
    this.#epochs = options.epochs;
    this.#bar = options.stream.isTTY === true && !options.quiet && !process.env.CI && process.env.TERM !== "dumb";
    this.#color = options.color ?? (this.#bar && !process.env.NO_COLOR);
    this.#clock = options.clock ?? (() => performance.now());
    this.#lastUpdate = this.#clock();
  }

  /** Whether the loop should read its sums back and call `update`. */
  wantsUpdate(): boolean {
    return this.#clock() - this.#lastUpdate >= (this.#bar ? REDRAW_MILLISECONDS : WATCH_MILLISECONDS);
  }

  update(update: ProgressUpdate): void {
    const now = this.#clock();
    this.#lastUpdate = now;
    if (!this.#bar) return;
    if (this.#epochStarted?.epoch !== update.epoch) {
      this.#epochStarted = { epoch: update.epoch, time: now, samples: update.samplesDone };
    }
    const seconds = (now - this.#epochStarted.time) / 1000;
    const rate = seconds > 0 ? (update.samplesDone - this.#epochStarted.samples) / seconds : 0;
    this.#stream.write(`\r\u001b[K${this.#line(update, rate)}`);
    this.#barShown = true;
  }

  epochEnd(metrics: EpochMetrics): void {
    this.#epochStarted = undefined;
    const values = Object.entries(orderedMetrics(metrics))
      .filter(([key]) => !["epoch", "learningRate", "seconds", "samplesPerSecond"].includes(key))
      .map(([key, value]) => `${key} ${value.toFixed(4)}`);
    this.note(
      `epoch ${metrics.epoch}/${this.#epochs}  ${values.join("  ")}  ${duration(metrics.seconds)}  ${Math.round(metrics.samplesPerSecond)} samples/s`,
    );
  }

  /** One line of its own. */
  note(line: string): void {
    if (this.#quiet) return;
    this.#clear();
    this.#stream.write(`${printableMessage(line)}\n`);
  }

  /** On a terminal: what takes a while now, until the next line. */
  busy(what: string): void {
    if (!this.#bar) return;
    this.#clear();
    this.#stream.write(`${what} …`);
    this.#barShown = true;
  }

  close(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#barShown) this.#stream.write("\r\u001b[K");
    this.#barShown = false;
  }

  #line({ epoch, samplesDone, samples, loss, accuracy }: ProgressUpdate, rate: number): string {
    const share = samplesDone / samples;
    const left = `epoch ${epoch}/${this.#epochs} `;
    const eta = rate > 0 ? `  ETA ${duration((samples - samplesDone) / rate)}` : "";
    const right = ` ${String(Math.floor(100 * share)).padStart(3)} %  loss ${loss.toFixed(4)}${
      accuracy === undefined ? "" : `  accuracy ${accuracy.toFixed(4)}`
    }${rate > 0 ? `  ${Math.round(rate)} samples/s` : ""}${eta}`;
    // The last column stays free: a line that fills it wraps, and the next redraw would leave it behind.
    const columns = (this.#stream.columns || 80) - 1;
    const width = Math.min(30, columns - left.length - right.length);
    if (width < 1) return `${left}${right}`.slice(0, columns);
    const filled = Math.round(share * width);
    const bar = "█".repeat(filled) + "░".repeat(width - filled);
    return `${left}${this.#color ? `\u001b[36m${bar}\u001b[0m` : bar}${right}`;
  }
}

/** 75 → "1m15s" */
function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}
