// Errors that are part of the interface. A UserError is expected: the command line prints its message without a stack trace and
// exits with its code. A system error that `explainSystemError` can explain is expected, too. Every other error is a defect in
// Tidemark and keeps its stack trace.

/** Exit codes of `check` and `push`, by verdict. */
export const verdictExitCodes = { normal: 0, gradual_drift: 10, sudden_change: 11, rejected: 12 } as const;

const usageExitCode = 2;

/**
 * Exit codes of `tidemark` itself. `readerGone` is 128 + SIGPIPE, as for any command whose output pipe is closed by its reader.
 */
export const exitCodes = {
  ok: 0,
  defect: 1,
  usage: usageExitCode as 2,
  unsent: 3,
  notAdopted: 20,
  interrupted: 130,
  readerGone: 141,
} as const;

/**
 * An error that the user can fix. The message says what was expected, what was found and where (file, row, column);
 * `advice` says what to do next.
 */
export class UserError extends Error {
  /** Name of the class. */
  override readonly name: string = "UserError";
  /** Exit code of the command line. */
  readonly exitCode: number;
  /** What to do next, in one line. */
  readonly advice: string | undefined;
  /** First line of the message; `details` follow, one per line. */
  readonly headline: string;
  /** Further lines of the message, one entry per line. */
  readonly details: readonly string[];

  constructor(
    headline: string,
    options: { details?: readonly string[]; advice?: string | undefined; exitCode?: number; cause?: unknown } = {},
  ) {
    const { details = [], cause } = options;
    super(
      [headline, ...details.map((detail) => `  ${detail}`)].join("\n"),
      cause === undefined ? undefined : { cause },
    );
    this.headline = headline;
    this.details = details;
    this.exitCode = options.exitCode ?? usageExitCode;
    this.advice = options.advice;
  }
}

/**
 * The run was stopped on request (Ctrl-C). If it can be resumed, its checkpoint has been written, and `advice` is the command.
 */
export class Interrupted extends UserError {
  /** Name of the class. */
  override readonly name: string = "Interrupted";

  constructor(message: string, advice?: string) {
    super(message, { exitCode: exitCodes.interrupted, ...(advice === undefined ? {} : { advice }) });
  }
}
