/** Factor for a server that accepts everything but is slow: an hour instead of a minute. */
const timesAsLong = 60;

/**
 * The time limits for a server, shared by all of its senders. The limit on time during which the server accepts nothing is
 * never extended, so these senders all stop at the same time. A separate limit, sixty times as long, applies to time during
 * which the server accepts something.
 */
export class ServerTimeLimits {
  #leftMs: number;
  #leftForTakingMs: number;

  constructor(ms: number) {
    this.#leftMs = ms;
    this.#leftForTakingMs = timesAsLong * ms;
  }

  /** Remaining time, at least 0. */
  get leftMs(): number {
    return this.#leftMs;
  }

  spend(ms: number): void {
    this.#leftMs = Math.max(0, this.#leftMs - Math.max(0, ms));
  }

  /** Subtracts time during which the server accepted something. */
  spendTaken(ms: number): void {
    this.#leftForTakingMs -= ms;
    if (this.#leftForTakingMs <= 0) this.#leftMs = 0;
  }
}
