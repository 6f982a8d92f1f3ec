import type { EpochMetrics } from "./metrics.ts";

/**
 * Errors of forecasts over all windows and steps, in units of the data.
 * mae = mean |y - ŷ|; rmse = √(mean (y - ŷ)²); mase = mae / mean |y[t] - y[t-1]| of the training rows (Hyndman & Koehler 2006,
 * "Another look at measures of forecast accuracy"), null where these do not change.
 */
export type ForecastErrors = {
  readonly name: string;
  readonly mae: number;
  readonly rmse: number;
  readonly mase: number | null;
};

export interface ReportContents {
  readonly title: string;
  readonly description: string;
  readonly summary: Readonly<Record<string, string>>;
  readonly layers: readonly { name: string; type: string; outputShape: string; parameters: number; specLine: number }[];
  readonly metrics: readonly EpochMetrics[];
  /** Loss and metrics of the trained model on the test samples, and whether these are the validation samples. */
  readonly test?: { readonly metrics: Readonly<Record<string, number>>; readonly isValidation: boolean };
  /** Rows: true classes; columns: predicted classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** Of a series: the model's errors over the test part, then those of forecasts that need no model. */
  readonly forecast?: {
    readonly target: string;
    /** Of how many series the errors are the mean. */
    readonly series?: number;
    readonly errors: readonly ForecastErrors[];
  };
  /** Names of the classes; their numbers where absent. */
  readonly classNames?: readonly string[];
}

/** One self-contained HTML page: no scripts, nothing loaded from elsewhere, the same bytes for the same contents. */
export function renderReport(contents: ReportContents): string {
  const { title, description, summary, layers, metrics, test, forecast, confusion, classNames } = contents;
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const names = chartedMetrics(metrics);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${description === "" ? "" : `<p class="description">${escapeHtml(description)}</p>`}
<table class="facts">${Object.entries(summary)
    .map(([key, value]) => `<tr><th>${escapeHtml(key)}</th><td>${escapeHtml(value)}</td></tr>`)
    .join("")}</table>
${forecast === undefined ? "" : forecastTable(forecast)}
<h2>Training</h2>
<div class="charts">${names.map((name) => chart(name, thinned(metrics, MAX_POINTS))).join("")}</div>
${metricsTable(metrics)}
${test === undefined ? "" : testTable(test)}
${confusion === undefined ? "" : `<h2>Confusion matrix</h2>\n${confusionTable(confusion, classNames)}`}
<h2>Model</h2>
<div class="wide"><table><tr><th>layer</th><th>type</th><th>output</th><th class="n">parameters</th><th class="n">spec line</th></tr>
${layers
  .map(
    (layer) =>
      `<tr><td>${escapeHtml(layer.name)}</td><td>${escapeHtml(layer.type)}</td><td>${escapeHtml(layer.outputShape)}</td><td class="n">${layer.parameters.toLocaleString("en-US")}</td><td class="n">${layer.specLine}</td></tr>`,
  )
  .join("\n")}
<tr class="sum"><td colspan="3">total</td><td class="n">${total.toLocaleString("en-US")}</td><td></td></tr></table></div>
</body>
</html>
`;
}

const STYLE = `
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#d0d7de;--train:#0969da;--val:#bf5700}
@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#3d444d;--train:#58a6ff;--val:#f0883e}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:.2rem}h2{margin-top:2rem}
table{border-collapse:collapse;font-size:14px}th,td{padding:.2rem .7rem;border-bottom:1px solid var(--soft);text-align:left}
.description{white-space:pre-line}.facts td{overflow-wrap:anywhere}.facts th{white-space:nowrap;vertical-align:top}.wide{overflow-x:auto}
.better td{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}.sum td{font-weight:600}
.charts{display:flex;flex-wrap:wrap;gap:1rem;margin-bottom:1rem}svg{max-width:100%}svg text{font:12px system-ui,sans-serif;fill:var(--fg)}
.confusion th{border:0}.confusion td{text-align:right;min-width:2.4rem;font-variant-numeric:tabular-nums;border:1px solid var(--soft)}
`;

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

const UNCHARTED = ["epoch", "learningRate", "seconds", "samplesPerSecond"];

const MAX_POINTS = 500;
const MAX_ROWS = 100;
const MAX_CLASSES = 64;

/** At most `limit` of the epochs, evenly spread, with the first and the last. */
function thinned(metrics: readonly EpochMetrics[], limit: number): readonly EpochMetrics[] {
  if (metrics.length <= limit) return metrics;
  return Array.from({ length: limit }, (_, k) => metrics[Math.round((k * (metrics.length - 1)) / (limit - 1))]!);
}

function chartedMetrics(metrics: readonly EpochMetrics[]): string[] {
  const keys = Object.keys(metrics[0] ?? {});
  // In data units a curve has the same shape, and numbers that mean something.
  const isTwice = (key: string): boolean => keys.includes(`${key}InDataUnits`);
  return keys.filter((key) => !UNCHARTED.includes(key) && !/^val[A-Z]/.test(key) && !isTwice(key));
}

function validationKey(name: string): string {
  return `val${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function heading(metric: string): string {
  return metric.replace(/InDataUnits$/, " in data units");
}

/** Training and validation values of one metric by epoch. */
function chart(name: string, metrics: readonly EpochMetrics[]): string {
  const [width, height, left, right, top, bottom] = [440, 276, 64, 16, 52, 40];
  const series = [
    { label: "training", color: "var(--train)", values: metrics.map((m) => m[name]!) },
    { label: "validation", color: "var(--val)", values: metrics.map((m) => m[validationKey(name)]!) },
  ];
  const all = series.flatMap(({ values }) => values).filter(Number.isFinite);
  const ticks = all.length === 0 ? [0, 1] : axisTicks(Math.min(...all), Math.max(...all));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const first = metrics[0]!.epoch;
  const last = metrics.at(-1)!.epoch;
  const x = (epoch: number): string =>
    (left + (last === first ? 0.5 : (epoch - first) / (last - first)) * (width - left - right)).toFixed(1);
  const y = (value: number): string => (top + (1 - (value - low) / (high - low)) * (height - top - bottom)).toFixed(1);
  const grid = ticks
    .map(
      (tick) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" stroke="var(--soft)"/><text x="${left - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${Number(tick.toPrecision(6))}</text>`,
    )
    .join("");
  const every = Math.max(1, Math.ceil((last - first + 1) / 8));
  const epochs = metrics
    .filter((_, index) => index % every === 0)
    .map(({ epoch }) => `<text x="${x(epoch)}" y="${height - bottom + 18}" text-anchor="middle">${epoch}</text>`)
    .join("");
  const lines = series
    .map(({ color, values }) => {
      const points = values.flatMap((value, index) =>
        Number.isFinite(value) ? [`${x(metrics[index]!.epoch)},${y(value)}`] : [],
      );
      const dots = points.map((point) => {
        const [cx, cy] = point.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
      });
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>${metrics.length <= 60 ? dots.join("") : ""}`;
    })
    .join("");
  const legend = series
    .map(
      ({ label, color }, index) =>
        `<rect x="${width - right - 170 + index * 92}" y="26" width="12" height="12" fill="${color}"/><text x="${width - right - 152 + index * 92}" y="36">${label}</text>`,
    )
    .join("");
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(heading(name))} by epoch"><text x="${left}" y="18" font-weight="600">${escapeHtml(heading(name))}</text>${legend}${grid}${epochs}<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">epoch</text>${lines}</svg>`;
}

/** Four to eight round numbers that enclose both values. */
function axisTicks(minimum: number, maximum: number): number[] {
  const span = maximum - minimum || Math.abs(maximum) || 1;
  const rough = span / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough)!;
  const from = Math.floor(minimum / step);
  const to = Math.max(from + 1, Math.ceil(maximum / step));
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step);
}

function metricsTable(metrics: readonly EpochMetrics[]): string {
  const keys = Object.keys(metrics[0] ?? {});
  const shown = thinned(metrics, MAX_ROWS);
  const rows = shown.map((m) => `<tr>${keys.map((key) => `<td class="n">${cell(key, m[key]!)}</td>`).join("")}</tr>`);
  const head = keys.map((key) => `<th class="n">${escapeHtml(HEADS[key] ?? heading(key))}</th>`).join("");
  const note =
    shown.length < metrics.length ? `<p>${shown.length} of ${metrics.length} epochs; metrics.jsonl holds all.</p>` : "";
  return `${note}<div class="wide"><table><tr>${head}</tr>\n${rows.join("\n")}</table></div>`;
}

const HEADS: Readonly<Record<string, string>> = { learningRate: "learning rate", samplesPerSecond: "samples/s" };

function cell(key: string, value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (key === "epoch") return String(value);
  if (key === "samplesPerSecond") return Math.round(value).toLocaleString("en-US");
  if (key === "seconds") return value.toFixed(1);
  if (key === "learningRate") return String(Number(value.toPrecision(4)));
  return Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(2);
}

/** The trained model on the test samples. */
function testTable({ metrics, isValidation }: NonNullable<ReportContents["test"]>): string {
  const heads = Object.keys(metrics).map((key) => `<th class="n">${escapeHtml(heading(key))}</th>`);
  const values = Object.entries(metrics).map(([key, value]) => `<td class="n">${cell(key, value)}</td>`);
  const seen = isValidation
    ? "The test samples are the validation samples: who chose by the numbers above chose by them, and no samples are left that nobody has looked at."
    : "Looked at once, after the training.";
  return `<h2>Test</h2>
<p>${seen}</p>
<div class="wide"><table><tr>${heads.join("")}</tr>
<tr>${values.join("")}</tr></table></div>`;
}

/** The model beside naive forecasts: those that are better stand out. */
function forecastTable({ target, series = 1, errors }: NonNullable<ReportContents["forecast"]>): string {
  const number = (value: number | null): string => (value === null ? "–" : cell("", value));
  // Series may differ in size.
  const measure = series > 1 && errors.every(({ mase }) => mase !== null) ? "mase" : "mae";
  const rows = errors.map(({ name, mae, rmse, mase }, index) => {
    const better = index > 0 && errors[index]![measure]! < errors[0]![measure]! ? ' class="better"' : "";
    return `<tr${better}><td>${escapeHtml(name)}</td><td class="n">${number(mae)}</td><td class="n">${number(rmse)}</td><td class="n">${number(mase)}</td></tr>`;
  });
  return `<h2>Forecasts</h2>
<p>Errors over the test part, in units of ${escapeHtml(target)}${series > 1 ? `, mean over ${series.toLocaleString("en-US")} series` : ""}. MASE: the MAE relative to that of the naive forecast over the training rows. Bold: better than the model${measure === "mase" ? " by MASE" : ""}.</p>
<table><tr><th></th><th class="n">MAE</th><th class="n">RMSE</th><th class="n">MASE</th></tr>
${rows.join("\n")}</table>`;
}

function confusionTable(matrix: readonly (readonly number[])[], classNames: readonly string[] = []): string {
  if (matrix.length > MAX_CLASSES) return `<p>Not shown: ${matrix.length} classes.</p>`;
  const name = (index: number): string => escapeHtml(classNames[index] ?? String(index));
  const head = matrix.map((_, index) => `<th class="n">${name(index)}</th>`).join("");
  const rows = matrix.map((row, label) => {
    const sum = Math.max(
      1,
      row.reduce((total, count) => total + count, 0),
    );
    const cells = row.map((count, predicted) => {
      const color = predicted === label ? "9,105,218" : "207,34,46"; // The square root below keeps rare mistakes visible.
      return `<td style="background:rgba(${color},${(0.6 * Math.sqrt(count / sum)).toFixed(3)})">${count}</td>`;
    });
    return `<tr><th class="n">${name(label)}</th>${cells.join("")}</tr>`;
  });
  return `<p>Rows are the true classes, columns the predicted ones; test samples.</p>\n<div class="wide"><table class="confusion"><tr><th></th>${head}</tr>\n${rows.join("\n")}</table></div>`;
}
