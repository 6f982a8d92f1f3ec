// Measures the reference model against other frameworks, and the compiler itself: `npm run bench -- --help`.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BundleRow, benchBundle, bundleTable } from "./bundle.ts";
import { INSTALL_PEERS, peersInstalled } from "./peers/place.ts";
import { benchReference, type ReferenceRow, referenceTable } from "./reference.ts";
import { benchSizes, type SizeRow, sizesTable } from "./sizes.ts";
import { replaceBetween } from "./table.ts";
import {
  benchCompile,
  benchMemory,
  benchStartup,
  type MemoryRow,
  memoryTable,
  type Timing,
  timingTable,
} from "./tool.ts";
import { openWorkspace, ROOT } from "./workspace.ts";

const PARTS = ["reference", "sizes", "compile", "bundle", "startup", "memory"] as const;
type Part = (typeof PARTS)[number];

const USAGE = `npm run bench -- [options]

  --only PARTS      ${PARTS.join(", ")} (comma-separated; default: all)
  --backend NAME    cpu, wasm or all (default)
  --rounds N        how often each program is started (default 3)
  --repetitions N   repetitions that each start times, after one for warming up (default 2)
  --samples N       samples of a repetition on cpu (default 2400)
  --wasm-samples N  the same on wasm (default 96: tf.layers takes 0.1 s a sample there)
  --data DIR        folder with MNIST (default: LSTM_COMPILE_DATA; without it, generated digits)
  --quick           few steps, one round: shows that all runs, not how fast
  --before DIR      another checkout of the compiler, built: its compile times beside
  --json FILE       writes the results as JSON
  --write-docs      replaces the tables in docs/performance.md
`;

const BEGIN = "<!-- bench: begin -->";
const END = "<!-- bench: end -->";

interface Results {
  readonly command: string;
  readonly date: string;
  readonly machine: Record<string, string | number>;
  readonly quick: boolean;
  reference?: ReferenceRow[];
  sizes?: SizeRow[];
  compile?: Timing[];
  bundle?: BundleRow[];
  startup?: Timing[];
  memory?: MemoryRow[];
}

async function main(): Promise<number> {
  const options = parseOptions();
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  if (!peersInstalled()) log(`Keras, PyTorch and JAX are not installed: ${INSTALL_PEERS} installs them`);
  const workspace = openWorkspace();
  process.once("exit", () => workspace.remove());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

  const results: Results = {
    command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    machine: machine(),
    quick: options.quick,
  };
  const { mnist, backends, quick, rounds, repetitions, samples } = options;
  const common = { workspace: workspace.path, mnist, backends, quick, log };
  for (const part of options.parts) {
    log(`== ${part}`);
    if (part === "reference") results.reference = await benchReference({ ...common, rounds, repetitions, samples });
    if (part === "sizes") results.sizes = await benchSizes({ ...common, backend: backends[0]! });
    if (part === "compile") results.compile = await benchCompile({ ...common, before: options.before });
    if (part === "bundle") results.bundle = await benchBundle();
    if (part === "startup") results.startup = await benchStartup(common);
    if (part === "memory") results.memory = await benchMemory(common);
  }
  const text = render(results);
  process.stdout.write(`${text}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.writeDocs) {
    const path = join(ROOT, "docs", "performance.md");
    writeFileSync(path, replaceBetween(readFileSync(path, "utf8"), BEGIN, END, text));
  }
  return anyFailed(results) ? 1 : 0;
}

function parseOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      backend: { type: "string", default: "all" },
      rounds: { type: "string" },
      repetitions: { type: "string" },
      samples: { type: "string" },
      "wasm-samples": { type: "string" },
      data: { type: "string", default: process.env.LSTM_COMPILE_DATA },
      quick: { type: "boolean", default: false },
      before: { type: "string" },
      json: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { quick } = values;
  const parts = (values.only?.split(",") ?? [...PARTS]) as Part[];
  const count = (value: string | undefined, usual: number, hasty: number): number =>
    value === undefined ? (quick ? hasty : usual) : Number(value);
  const rounds = count(values.rounds, 3, 1);
  const repetitions = count(values.repetitions, 2, 1);
  const samples = { cpu: count(values.samples, 2400, 160), wasm: count(values["wasm-samples"], 96, 32) };
  const unknown = parts.find((part) => !PARTS.includes(part));
  const numbers = [rounds, repetitions, samples.cpu, samples.wasm];
  if (unknown !== undefined || !["cpu", "wasm", "all"].includes(values.backend)) {
    process.stderr.write(`error: there is no ${unknown ?? `backend ${values.backend}`} to measure\n\n${USAGE}`);
    return undefined;
  }
  if (numbers.some((number) => !Number.isInteger(number) || number < 1)) {
    process.stderr.write(`error: rounds, repetitions and samples are integers from 1\n\n${USAGE}`);
    return undefined;
  }
  const backends = (values.backend === "all" ? ["cpu", "wasm"] : [values.backend]) as ("cpu" | "wasm")[];
  const { help, json, before } = values;
  return {
    ...{ parts, backends, rounds, repetitions, samples, quick, help, json, before },
    mnist: values.data,
    writeDocs: values["write-docs"],
  };
}

function machine(): Record<string, string | number> {
  return {
    processor: cpus()[0]?.model.trim() ?? process.arch,
    threads: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
}

function render(results: Results): string {
  const { processor, threads, memoryGB, system, node } = results.machine;
  const lines = [
    `    ${results.command}`,
    `${results.date} UTC; ${processor}, ${threads} threads, ${memoryGB} GB, ${system}, Node ${node}.`,
  ];
  const { reference, sizes, compile, bundle, startup, memory } = results;
  if (reference !== undefined) {
    lines.push("### Reference model: seconds for 60,000 samples", referenceTable(reference), ...notes(reference));
  }
  if (sizes !== undefined)
    lines.push("### Sizes", sizesTable(sizes), ...sizes.flatMap(({ failures }) => failures.map(failure)));
  if (compile !== undefined) lines.push("### Compile time", timingTable(compile, true), ...timingFailures(compile));
  if (bundle !== undefined) lines.push("### In a browser: bytes", bundleTable(bundle));
  if (startup !== undefined) lines.push("### Start-up time", timingTable(startup, false), ...timingFailures(startup));
  if (memory !== undefined) {
    lines.push("### Memory", memoryTable(memory));
    lines.push(
      ...memory.flatMap((row) => (row.failed === undefined ? [] : [failure(`${row.program}: ${row.failed}`)])),
    );
  }
  if (results.quick) {
    lines.push(
      "A quick run: it shows that everything runs. Its times say nothing, and neither do its ratios against the goals.",
    );
  }
  return lines.join("\n\n");
}

function notes(rows: readonly ReferenceRow[]): string[] {
  const versions = Object.entries(
    Object.assign({}, ...rows.map((row) => row.versions ?? {})) as Record<string, string>,
  );
  const missing = rows.find((row) => row.missing !== undefined)?.missing;
  return [
    ...(versions.length === 0
      ? []
      : [`Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(", ")}.`]),
    ...(missing === undefined ? [] : [`What is not installed comes with \`${missing}\`.`]),
    ...rows.flatMap((row) =>
      row.failed === undefined ? [] : [failure(`${row.program}, ${row.backend}: ${row.failed}`)],
    ),
  ];
}

function failure(text: string): string {
  return `FAILED: ${text}`.replaceAll("\n", "\n    ");
}

function timingFailures(timings: readonly Timing[]): string[] {
  return timings.flatMap((timing) => ("failed" in timing ? [failure(`${timing.what}: ${timing.failed}`)] : []));
}

function anyFailed({ reference, sizes, compile, startup, memory }: Results): boolean {
  return (
    [...(reference ?? []), ...(memory ?? [])].some((row) => row.failed !== undefined) ||
    [...(compile ?? []), ...(startup ?? [])].some((timing) => "failed" in timing) ||
    (sizes ?? []).some(({ failures }) => failures.length > 0)
  );
}

process.exitCode = await main();
