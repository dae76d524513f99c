import { setTimeout as wait } from "node:timers/promises";

/** Time as a sender sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Until the time is over or the signal comes. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers take longer waits for 1 ms. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(Math.min(ms, longestTimerMs), undefined, { signal }).catch(() => {}),
};
