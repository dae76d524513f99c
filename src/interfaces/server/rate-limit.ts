// A token bucket per caller, which limits the average number of requests per second. A burst may contain one second's worth of
// requests, but always at least one request.

interface Bucket {
  left: number;
  at: number;
}

/** Maximum number of buckets to store; beyond that, the bucket that was used least recently is dropped. */
const mostBuckets = 10_000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Counts one request.
   * @param now in milliseconds; if the clock is set back, no time counts as passed
   * @returns seconds to wait, as a whole number; 0 if the request is allowed
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
