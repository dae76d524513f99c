// A token bucket for each caller: on average at most so many requests per second, and as many at once, but at least one.

interface Bucket {
  left: number;
  at: number;
}

/** Callers whose buckets are kept; a full bucket can be forgotten. */
const mostBuckets = 10_000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Takes one request.
   * @param now in milliseconds; if the clock is set back, no time has passed
   * @returns whole seconds to wait; 0 if the request is allowed
   */
  take(caller: string, now: number): number {
    const limit = this.#perSecond;
    const atOnce = Math.max(1, limit);
    const bucket = this.#buckets.get(caller) ?? { left: atOnce, at: now };
    const left = Math.min(atOnce, bucket.left + (Math.max(0, now - bucket.at) / 1000) * limit);
    this.#buckets.delete(caller);
    if (this.#buckets.size >= mostBuckets) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(caller, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / limit));
  }
}
