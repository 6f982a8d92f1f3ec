/** Ctrl-C and SIGTERM: the first asks the loop to stop after its step and save; the second ends the process at once. */
export interface Interrupt {
  readonly requested: boolean;
  /** 128 + the signal's number, as shells report it. */
  readonly exitCode: number;
  dispose(): void;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export function onInterrupt(): Interrupt {
  let exitCode = 0;
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      if (exitCode !== 0) process.exit(code);
      exitCode = code;
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    get requested() {
      return exitCode !== 0;
    },
    get exitCode() {
      return exitCode;
    },
    dispose() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}
