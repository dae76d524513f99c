// The order in which the batches of a stream are judged. Ordered by arrival, each batch is judged after the previous one.
// Ordered by data time, a batch waits until its data is older than the allowed lateness, so that batches with older data can
// still be judged first. The rule is the watermark of stream processing (https://www.vldb.org/pvldb/vol8/p1792-Akidau.pdf) with
// a fixed lateness. A batch whose data is already older than this when it arrives is judged at once.

import type { Clock } from "../storage/sender-clock.ts";

export interface JudgingOrder<Given> {
  /** Calls with the same key belong to the same stream. */
  readonly keyOf: (given: Given) => string;
  /** Time of the last sample in the batch; null if it is unknown, or if batches are judged in the order of arrival. */
  readonly timeOf: (given: Given) => Date | null;
  readonly latenessMs: number;
  readonly clock: Clock;
  readonly now: () => Date;
}

export interface OrderedWork<Given, T> {
  /** Resolves when the batch has had its turn and the work is done. */
  readonly run: (given: Given) => Promise<T>;
  /** Stops waiting for batches that have not arrived yet. */
  readonly hurry: () => void;
}

interface Waiting<Given, T> {
  readonly given: Given;
  /** Data time in milliseconds. */
  readonly time: number;
  /** When the batch no longer needs to wait; on a monotonic clock, because the system's time may be set back meanwhile. */
  readonly due: number;
  readonly done: PromiseWithResolvers<T>;
}

interface Queue<Given, T> {
  /** Sorted by data time; batches with equal times are sorted by arrival. */
  readonly waiting: Waiting<Given, T>[];
  wake: AbortController;
}

export function judgingOrder<Given, T>(
  { keyOf, timeOf, latenessMs, clock, now }: JudgingOrder<Given>,
  work: (given: Given) => Promise<T>,
): OrderedWork<Given, T> {
  const queues = new Map<string, Queue<Given, T>>();
  let isHurried = false;

  const drain = async (key: string, queue: Queue<Given, T>): Promise<void> => {
    for (let head = queue.waiting[0]; head !== undefined; head = queue.waiting[0]) {
      const pauseMs = head.due - clock.now();
      if (pauseMs > 0 && !isHurried) {
        queue.wake = new AbortController();
        await clock.sleep(pauseMs, queue.wake.signal);
        continue;
      }
      queue.waiting.shift();
      await work(head.given).then(head.done.resolve, head.done.reject);
    }
    queues.delete(key);
  };

  return {
    run: (given) => {
      const arrival = now().getTime();
      const told = timeOf(given)?.getTime();
      const time = told ?? arrival;
      // A batch from a device whose clock is ahead must not hold up its stream.
      const waitMs = told === undefined ? 0 : Math.min(told, arrival) + latenessMs - arrival;
      const due = clock.now() + waitMs;
      const own = { given, time, due, done: Promise.withResolvers<T>() };
      const key = keyOf(given);
      const queue = queues.get(key);
      if (queue === undefined) {
        const made = { waiting: [own], wake: new AbortController() };
        queues.set(key, made);
        void drain(key, made);
      } else {
        const place = queue.waiting.findIndex((other) => other.time > time);
        queue.waiting.splice(place < 0 ? queue.waiting.length : place, 0, own);
        queue.wake.abort();
      }
      return own.done.promise;
    },
    hurry: () => {
      isHurried = true;
      for (const { wake } of queues.values()) wake.abort();
    },
  };
}
