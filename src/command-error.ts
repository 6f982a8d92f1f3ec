/** A mistake on the command line or in the surroundings, printed without a stack. */
export class CommandError extends Error {
  /** 1: a check or a training failed; 2: the command line is wrong; 3: the machine lacks something. */
  readonly exitCode: 1 | 2 | 3;
  readonly fix: string;

  constructor(message: string, options: { exitCode: 1 | 2 | 3; fix: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CommandError";
    this.exitCode = options.exitCode;
    this.fix = options.fix;
  }
}
