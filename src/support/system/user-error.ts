/** An error that the user can put right; `reportFailure` prints it without a stack. */
export class UserError extends Error {
  /** 1: a check or a training failed; 2: the command line or the spec is wrong; 3: the machine lacks something or refuses */
  readonly exitCode: 1 | 2 | 3;
  /** the command or the change that puts it right */
  readonly fix: string;

  constructor(message: string, options: { fix: string; exitCode: 1 | 2 | 3; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UserError";
    this.exitCode = options.exitCode;
    this.fix = options.fix;
  }
}
