import { describe, expect, it } from "vitest";
import { type ReportContents, renderReport } from "../../../src/support/run/report.ts";

function epochs(count: number): ReportContents["metrics"] {
  return Array.from({ length: count }, (_, k) => ({
    epoch: k + 1,
    loss: 1 / (k + 1),
    accuracy: 1 - 0.4 / (k + 1),
    valLoss: 1.2 / (k + 1),
    valAccuracy: 1 - 0.5 / (k + 1),
    learningRate: 0.001,
    seconds: 2,
    samplesPerSecond: 1234.5,
  }));
}

const contents: ReportContents = {
  title: "digits",
  description: "",
  summary: { Seed: "42" },
  layers: [
    { name: "lstm1", type: "lstm", outputShape: "[B, 128]", parameters: 80384, specLine: 9 },
    { name: "out", type: "dense", outputShape: "[B, 2]", parameters: 258, specLine: 12 },
  ],
  metrics: epochs(3),
  confusion: [
    [5, 1],
    [0, 4],
  ],
};
const count = (html: string, pattern: RegExp): number => [...html.matchAll(pattern)].length;

describe("renderReport", () => {
  it("is the same bytes for the same contents", () => {
    expect(renderReport(structuredClone(contents))).toBe(renderReport(contents));
  });

  it("stands alone: no scripts, nothing loaded", () => {
    const html = renderReport(contents);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|https?:/i);
    expect(html).toContain("prefers-color-scheme:dark");
  });

  it("escapes whatever comes from outside", () => {
    const evil = `<script>alert("x")</script>'&`;
    const html = renderReport({
      ...contents,
      title: evil,
      description: evil,
      summary: { [evil]: evil },
      layers: [{ name: evil, type: evil, outputShape: evil, parameters: 1, specLine: 1 }],
      metrics: epochs(1).map((metrics) => ({ ...metrics, [evil]: 1, [`val${evil}`]: 1 })),
      classNames: [evil, evil],
    });
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;");
  });

  it("shows a model's forecasts beside naive ones, and charts errors in the units of the data alone", () => {
    const html = renderReport({
      ...contents,
      metrics: epochs(2).map((metrics) => ({
        ...metrics,
        meanAbsoluteError: 0.1,
        valMeanAbsoluteError: 0.2,
        meanAbsoluteErrorInDataUnits: 10,
        valMeanAbsoluteErrorInDataUnits: 20,
      })),
      forecast: {
        target: "sales <b>",
        errors: [
          { name: "model", mae: 20, rmse: 30, mase: 1.5 },
          { name: "naive", mae: 18, rmse: 31, mase: null },
          { name: "AR(1)", mae: 21, rmse: 32, mase: 1.6 },
        ],
      },
    });
    expect(html.match(/aria-label="[^"]* by epoch"/g)).toEqual([
      'aria-label="loss by epoch"',
      'aria-label="accuracy by epoch"',
      'aria-label="meanAbsoluteError in data units by epoch"',
    ]);
    expect(html).toContain("in units of sales &lt;b&gt;.");
    expect(html.match(/<tr class="better">.*?<\/tr>/g)).toEqual([
      '<tr class="better"><td>naive</td><td class="n">18.0000</td><td class="n">31.0000</td><td class="n">–</td></tr>',
    ]);
  });

  it("charts training and validation of the loss and of each metric, at the right heights", () => {
    const html = renderReport(contents);
    expect(count(html, /<svg /g)).toBe(2);
    const [training, validation] = [...html.matchAll(/<polyline points="([^"]+)"/g)].map((match) =>
      match[1]!.split(" ").map((point) => point.split(",").map(Number) as [number, number]),
    );
    expect(training).toHaveLength(3);
    // Loss falls, so y grows downwards; validation loss lies above training loss.
    expect(training![0]![1]).toBeLessThan(training![1]![1]);
    for (const k of [0, 1, 2]) expect(validation![k]![1]).toBeLessThan(training![k]![1]);
    for (const label of ["training", "validation", "epoch"]) expect(html).toContain(`>${label}</text>`);
  });

  it("shows the confusion matrix with names, and leaves out one too large to read", () => {
    const html = renderReport({ ...contents, classNames: ["cat", "dog"] });
    expect(html).toMatch(/<th class="n">cat<\/th><td[^>]*>5<\/td><td[^>]*>1<\/td>/);
    const zeros = Array.from({ length: 200 }, () => new Array<number>(200).fill(0));
    expect(renderReport({ ...contents, confusion: zeros })).toContain("Not shown: 200 classes");
    const { confusion: _, ...forecast } = contents;
    expect(renderReport(forecast)).not.toContain("Confusion");
  });

  it("adds up the parameters", () => {
    expect(renderReport(contents)).toContain("80,642");
  });

  it("copes with values that are not finite, with one epoch and with none", () => {
    const metrics = epochs(3).map((m, k) =>
      k === 1 ? { ...m, valLoss: Number.NaN, loss: Number.POSITIVE_INFINITY } : m,
    );
    const html = renderReport({ ...contents, metrics });
    expect(count(html, /not finite/g)).toBe(2);
    const drawn = html.match(/<svg .*<\/svg>/s)![0];
    expect(drawn).not.toMatch(/NaN|Infinity/);
    for (const number of [0, 1])
      expect(renderReport({ ...contents, metrics: epochs(number) })).not.toMatch(/NaN|Infinity/);
  });

  it("thins out long runs and keeps the last epoch", () => {
    const html = renderReport({ ...contents, metrics: epochs(5000) });
    expect(html).toContain("100 of 5000 epochs");
    expect(html).toContain('<td class="n">5000</td>');
    expect(html.length).toBeLessThan(200_000);
  });
});
