/**
 * How long to bear with a server that takes nothing. Time that brought nothing is spent and does not come back, so that
 * all who share one give up together.
 */
export class Patience {
  #leftMs: number;

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  /** Not below 0. */
  get leftMs(): number {
    return this.#leftMs;
  }

  spend(ms: number): void {
    this.#leftMs = Math.max(0, this.#leftMs - Math.max(0, ms));
  }
}
