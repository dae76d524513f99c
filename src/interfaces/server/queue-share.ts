// Shares the batch queue among tokens, so that one token cannot keep all others out. A single token may fill up to three
// quarters of the queue. If several tokens have batches in the queue, each may have at most an equal share, but always one
// batch.

import { Problem } from "./problem.ts";

/** Share of the queue that a single token must leave for the others. */
const reserved = 1 / 4;

export class QueueShare {
  readonly #queue: number;
  readonly #inHand = new Map<string, number>();

  /** @param queue maximum number of batches for all tokens together */
  constructor(queue: number) {
    this.#queue = queue;
  }

  /**
   * Takes a place in the queue.
   * @returns a function that gives the place back
   * @throws Problem 429 if the token has used up its share
   */
  take(token: string): () => void {
    const own = this.#inHand.get(token) ?? 0;
    const tokens = this.#inHand.size + (own === 0 ? 1 : 0);
    const share = Math.max(1, Math.floor(tokens === 1 ? this.#queue * (1 - reserved) : this.#queue / tokens));
    if (own >= share) {
      throw new Problem({
        status: 429,
        title: "Too many batches at the same time",
        detail: `token ${JSON.stringify(token)}: expected at most ${share} batches at the same time, its share of the queue`,
        advice: "Send the request again after 1 s.",
        headers: { "Retry-After": "1" },
      });
    }
    this.#inHand.set(token, own + 1);
    return () => {
      const left = (this.#inHand.get(token) ?? 1) - 1;
      if (left > 0) this.#inHand.set(token, left);
      else this.#inHand.delete(token);
    };
  }
}
