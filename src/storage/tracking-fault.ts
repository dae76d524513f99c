/** The fault's `code` if the server has no such method, as in MLflow's own answers. */
export const absentEndpoint = "ENDPOINT_NOT_FOUND";

/**
 * A request that the tracking server did not carry out. `kind` is one of:
 * - `unreachable`: no answer, or only part of one; a retry may help
 * - `busy`: 408, 429 or 5xx; a retry may help, after `retryAfterSeconds` if the server gave it
 * - `unauthorized`: no retry will help until the credentials or permissions change
 * - `refused`: the server does not accept requests like this one
 *
 * Messages name the server without credentials.
 */
export class TrackingFault extends Error {
  override readonly name: string = "TrackingFault";
  readonly kind: "unreachable" | "busy" | "unauthorized" | "refused";
  /** MLflow's error_code, if the answer had one. */
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
