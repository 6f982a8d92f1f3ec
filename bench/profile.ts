// Where the time of a training step goes, on the native backend: `npm run bench:profile -- --help`.
// The generated program runs twice, with few and with more steps: the difference is training steps and nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { CallSum } from "./profile-hook.ts";
import { compileModel, lastLines, specText, train } from "./programs.ts";
import { number, renderTable } from "./table.ts";
import { openWorkspace, ROOT, writeImages } from "./workspace.ts";

const USAGE = `npm run bench:profile -- [options] [-- arguments of the program]

  --units N, --batch N, --timesteps N   the model's size (default 256, 32, 28)
  --steps N                             steps that are profiled (default 50)
  --top N                               operations that are shown (default 20)
  --captured                            leave graph capture on: a captured graph is then one call

Without --captured the program gets --no-capture, so that every operation is a call of its own.
`;

const BASE_STEPS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    units: { type: "string", default: "256" },
    batch: { type: "string", default: "32" },
    timesteps: { type: "string", default: "28" },
    steps: { type: "string", default: "50" },
    top: { type: "string", default: "20" },
    captured: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [units, batch, timesteps, steps, top] = (["units", "batch", "timesteps", "steps", "top"] as const).map(
    (name) => {
      const value = Number(values[name]);
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is an integer from 1`);
      return value;
    },
  ) as [number, number, number, number, number];
  const workspace = openWorkspace();
  try {
    const data = writeImages(join(workspace.path, "data"), {
      train: (BASE_STEPS + steps) * batch,
      test: 2,
      timesteps,
      mnist: undefined,
    });
    const text = specText("bench-profile", { data, units, batch, activation: timesteps > 28 ? "tanh" : "relu" });
    const compiled = await compileModel(workspace.path, "bench-profile", text);
    const run = async (count: number): Promise<{ calls: Record<string, CallSum>; seconds: number }> => {
      const file = join(workspace.path, `calls-${count}.json`);
      const { measured, epochs } = await train(compiled, {
        backend: "cpu",
        data: data.folder,
        epochs: 1,
        limit: count * batch,
        arguments: [...(values.captured ? [] : ["--no-capture"]), ...positionals],
        imports: [pathToFileURL(join(ROOT, "bench", "profile-hook.ts")).href],
        environment: { LSTM_BENCH_PROFILE: file },
      });
      if (measured.code !== 0 || epochs.length !== 1) throw new Error(lastLines(measured));
      return { calls: JSON.parse(readFileSync(file, "utf8")), seconds: epochs[0]!.seconds };
    };
    const short = await run(BASE_STEPS);
    const long = await run(BASE_STEPS + steps);
    process.stdout.write(`${report(short, long, steps, top)}\n`);
    return 0;
  } finally {
    workspace.remove();
  }
}

type Run = { calls: Record<string, CallSum>; seconds: number };

function report(short: Run, long: Run, steps: number, top: number): string {
  const wall = (long.seconds - short.seconds) / steps;
  const rows = Object.entries(long.calls)
    .map(([name, { calls, seconds }]) => ({
      name,
      calls: (calls - (short.calls[name]?.calls ?? 0)) / steps,
      seconds: (seconds - (short.calls[name]?.seconds ?? 0)) / steps,
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.seconds - a.seconds);
  const sum = (of: "calls" | "seconds", list: typeof rows): number => list.reduce((total, row) => total + row[of], 0);
  const cells = (name: string, calls: string, seconds: number): string[] => [
    name,
    calls,
    number(seconds * 1000),
    `${((100 * seconds) / wall).toFixed(1)} %`,
  ];
  const rest = rows.slice(top);
  const inside = sum("seconds", rows);
  return renderTable(
    ["operation", "calls per step", "ms per step", "share"],
    [
      ...rows.slice(0, top).map(({ name, calls, seconds }) => cells(name, calls.toFixed(1), seconds)),
      ...(rest.length === 0
        ? []
        : [cells(`${rest.length} others`, sum("calls", rest).toFixed(1), sum("seconds", rest))]),
      cells("all calls into TensorFlow", sum("calls", rows).toFixed(1), inside),
      cells("outside: JavaScript, input pipeline", "", wall - inside),
      cells("step, wall clock", "", wall),
    ],
  );
}

process.exitCode = await main();
