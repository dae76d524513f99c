/** Factor for a server that accepts everything, but slowly: an hour instead of a minute. */
const timesAsLong = 60;

/**
 * The time limits for a server, for all senders that share them. The limit on the time in which the server accepts nothing is
 * never extended, so these senders stop at the same time. The time in which the server accepts something has a separate limit,
 * which is sixty times as long.
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

  /** Subtracts time in which the server accepted something. */
  spendTaken(ms: number): void {
    this.#leftForTakingMs -= ms;
    if (this.#leftForTakingMs <= 0) this.#leftMs = 0;
  }
}
