// A clock that advances as soon as nothing else is left to do: the earliest sleeper wakes, and its time becomes the current
// time.

import type { Clock } from "../../src/storage/sender-clock.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];
  #stopped = false;
  /** The duration of each sleep, in order. */
  readonly slept: number[] = [];

  constructor() {
    setImmediate(() => this.#pass());
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    this.slept.push(ms);
    return new Promise((resolve) => {
      const sleeper = { due: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        resolve();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #pass(): void {
    const next = this.#sleepers.toSorted((a, b) => a.due - b.due)[0];
    if (next !== undefined) {
      this.#sleepers = this.#sleepers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.due);
      next.wake();
    }
    if (!this.#stopped) setImmediate(() => this.#pass());
  }
}
