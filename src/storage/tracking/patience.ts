/** For a server that takes everything, slowly: an hour beside a minute for one that takes nothing. */
const timesAsLong = 60;

/**
 * How long to bear with a server. Time in which it took nothing is spent and does not come back, so that all who share one
 * give up together. Of time in which it took something there is sixty times as much; when that is over, no patience is left.
 */
export class Patience {
  #leftMs: number;
  #leftForTakingMs: number;

  constructor(ms: number) {
    this.#leftMs = ms;
    this.#leftForTakingMs = timesAsLong * ms;
  }

  /** Not below 0. */
  get leftMs(): number {
    return this.#leftMs;
  }

  spend(ms: number): void {
    this.#leftMs = Math.max(0, this.#leftMs - Math.max(0, ms));
  }

  /** Of time in which something was taken. */
  spendTaken(ms: number): void {
    this.#leftForTakingMs -= ms;
    if (this.#leftForTakingMs <= 0) this.#leftMs = 0;
  }
}
