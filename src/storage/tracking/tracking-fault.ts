/**
 * A request that the tracking server did not fulfil. `kind` is one of:
 * - `unreachable`: no answer, or a part of one; another try may help
 * - `busy`: 408, 429 or 5xx; another try may help, after `retryAfterSeconds` where the server said so
 * - `unauthorized`: no try will help until the credentials or rights are others
 * - `refused`: the server takes no such request
 *
 * Messages name the server without credentials.
 */
export class TrackingFault extends Error {
  override readonly name: string = "TrackingFault";
  readonly kind: "unreachable" | "busy" | "unauthorized" | "refused";
  /** MLflow's error_code, where the answer had one. */
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: TrackingFault["kind"],
    message: string,
    options: { code?: string | undefined; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get mayPass(): boolean {
    return this.kind === "unreachable" || this.kind === "busy";
  }
}
