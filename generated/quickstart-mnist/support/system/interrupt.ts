/** Ctrl-C and SIGTERM: the first asks the loop to stop after its step and save; the second ends the process at once. */
export interface Interrupt {
  readonly requested: boolean;
  /** 128 + the signal's number, as shells report it. */
  readonly exitCode: number;
  dispose(): void;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const SAME_SIGNAL_MILLISECONDS = 500;

export function onInterrupt(): Interrupt {
  let exitCode = 0;
  let requestedAt = 0;
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      // One Ctrl-C can arrive twice: from the terminal and from a parent that passes it on.
      if (exitCode !== 0 && performance.now() - requestedAt > SAME_SIGNAL_MILLISECONDS) process.exit(code);
      if (exitCode === 0) requestedAt = performance.now();
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
