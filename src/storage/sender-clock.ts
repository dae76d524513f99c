import { setTimeout as wait } from "node:timers/promises";

/** The sender's clock; tests inject their own. */
export interface Clock {
  /** Monotonic time in milliseconds. */
  now(): number;
  /** Resolves when the time is up or the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node.js timers treat longer delays as 1 ms. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(Math.min(ms, longestTimerMs), undefined, { signal }).catch(() => {}),
};
