import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Progress } from "../../../src/support/run/progress.ts";

const ESCAPE = "\u001b";

/** A terminal of the given width that keeps what is written, and a clock that the test sets. */
function setUp(terminal: { isTTY: boolean; columns?: number }, options: { quiet?: boolean; color?: boolean } = {}) {
  const state = { now: 0, written: "" };
  const stream = { ...terminal, write: (text: string) => (state.written += text) };
  const progress = new Progress({ stream, quiet: false, epochs: 3, clock: () => state.now, ...options });
  return { state, progress };
}

const metrics = {
  epoch: 1,
  loss: 0.5,
  valLoss: 0.6,
  learningRate: 0.001,
  seconds: 75,
  samplesPerSecond: 812.4,
  accuracy: 0.8,
  valAccuracy: 0.7,
};
const update = { epoch: 1, samples: 200, loss: 0.25, accuracy: 0.9 };

beforeEach(() => {
  vi.stubEnv("CI", "");
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("Progress", () => {
  it("notes text from outside harmlessly, on one line", () => {
    const { state, progress } = setUp({ isTTY: false });
    progress.note(`column "${ESCAPE}[2J\r\nerror: all is lost" ${"x".repeat(1e6)}`);
    expect(state.written).toMatch(/^column "·\[2J··error: all is lost" x+ \[…[\d,]+ characters left out…\] x+\n$/);
    expect(state.written.length).toBeLessThan(2200);
  });

  it("redraws one line on a terminal, with percent, loss, accuracy, rate and ETA", () => {
    const { state, progress } = setUp({ isTTY: true, columns: 120 }, { color: false });
    progress.update({ ...update, samplesDone: 50 });
    state.now = 1000;
    state.written = "";
    progress.update({ ...update, samplesDone: 100 });
    expect(state.written.startsWith(`\r${ESCAPE}[K`)).toBe(true);
    expect(state.written).not.toContain("\n");
    for (const part of ["epoch 1/3", " 50 %", "loss 0.2500", "accuracy 0.9000", "50 samples/s", "ETA 2.0s", "█░"]) {
      expect(state.written).toContain(part);
    }
  });

  it("says what takes a while on a terminal, until the next line, and nothing elsewhere", () => {
    const { state, progress } = setUp({ isTTY: true });
    progress.busy("starting the backend");
    expect(state.written).toBe("starting the backend …");
    progress.note("backend: wasm");
    expect(state.written).toBe(`starting the backend …\r${ESCAPE}[Kbackend: wasm\n`);
    for (const other of [setUp({ isTTY: false }), setUp({ isTTY: true }, { quiet: true })]) {
      other.progress.busy("starting the backend");
      expect(other.state.written).toBe("");
    }
  });

  it.each([10, 40, 60, 80])("stays within %d columns", (columns) => {
    const { state, progress } = setUp({ isTTY: true, columns }, { color: true });
    progress.update({ ...update, samplesDone: 1 });
    state.now = 1000;
    state.written = "";
    progress.update({ ...update, samplesDone: 100 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of the terminal
    const visible = state.written.replace(/\u001b\[[0-9;]*[mK]/g, "").replace("\r", "");
    expect(visible.length).toBeLessThan(columns);
    expect(visible).not.toContain(ESCAPE);
  });

  it("asks for the loss at most ten times a second", () => {
    const { state, progress } = setUp({ isTTY: true });
    let shown = 0;
    for (state.now = 1; state.now <= 2000; state.now++) {
      if (!progress.wantsUpdate()) continue;
      progress.update({ ...update, samplesDone: 1 });
      shown++;
    }
    expect(shown).toBe(20);
  });

  it("writes only whole lines where there is no terminal", () => {
    const { state, progress } = setUp({ isTTY: false });
    progress.update({ ...update, samplesDone: 100 });
    expect(state.written).toBe("");
    progress.epochEnd(metrics);
    progress.close();
    expect(state.written).toBe(
      "epoch 1/3  loss 0.5000  accuracy 0.8000  valLoss 0.6000  valAccuracy 0.7000  1m15s  812 samples/s\n",
    );
  });

  it.each(["CI", "TERM"])("draws no bar with %s set", (variable) => {
    vi.stubEnv(variable, variable === "CI" ? "true" : "dumb");
    const { state, progress } = setUp({ isTTY: true });
    progress.update({ ...update, samplesDone: 100 });
    expect(state.written).toBe("");
  });

  it("honours NO_COLOR", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { state, progress } = setUp({ isTTY: true, columns: 120 });
    progress.update({ ...update, samplesDone: 100 });
    expect(state.written).toContain("█");
    expect(state.written).not.toContain(`${ESCAPE}[36m`);
  });

  it("says nothing when quiet", () => {
    const { state, progress } = setUp({ isTTY: true }, { quiet: true });
    progress.update({ ...update, samplesDone: 100 });
    progress.epochEnd(metrics);
    progress.note("note");
    progress.close();
    expect(state.written).toBe("");
  });

  it("clears the bar before a line of its own", () => {
    const { state, progress } = setUp({ isTTY: true });
    progress.update({ ...update, samplesDone: 100 });
    state.written = "";
    progress.note("saved");
    expect(state.written).toBe(`\r${ESCAPE}[Ksaved\n`);
  });
});
