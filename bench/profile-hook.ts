// Loaded before a generated program (`node --import`): times every call into the native binding and writes the sums at exit to
// the file that LSTM_BENCH_PROFILE names. TensorFlow runs an operation on the CPU to its end before the call returns.
import { writeFileSync } from "node:fs";

export interface CallSum {
  calls: number;
  seconds: number;
}

const sums: Record<string, CallSum> = {};
const load = process.dlopen;

/** The binding's properties are read-only: an object that inherits from it gets the timed ones. */
function timed(binding: object): object {
  const wrapped = Object.create(binding) as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(binding)) {
    const value: unknown = Reflect.get(binding, name);
    if (typeof value !== "function") continue;
    const call = (...args: unknown[]): unknown => {
      const started = performance.now();
      try {
        return value.apply(binding, args);
      } finally {
        const key = name === "executeOp" ? String(args[0]) : `(${name})`;
        sums[key] ??= { calls: 0, seconds: 0 };
        sums[key].calls++;
        sums[key].seconds += (performance.now() - started) / 1000;
      }
    };
    Object.defineProperty(wrapped, name, { value: call, enumerable: true });
  }
  return wrapped;
}

process.dlopen = (module: object, ...rest): void => {
  load.call(process, module, ...(rest as [string]));
  const loaded = module as { exports: object };
  if ("executeOp" in loaded.exports) loaded.exports = timed(loaded.exports);
};

process.on("exit", () => {
  if (process.env.LSTM_BENCH_PROFILE !== undefined) {
    writeFileSync(process.env.LSTM_BENCH_PROFILE, JSON.stringify(sums));
  }
});
