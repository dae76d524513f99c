// Threads that share a computation. All threads run the same program on the same input, and only the items of `map` are
// distributed: each thread computes some of the items, sends its results to the others, and waits for theirs. As a result, all
// threads have all the results and continue in the same way, and the outcome does not depend on the number of threads.
// Everything outside the calls of `map` is computed by every thread.
//
// The program stays synchronous, because a thread waits without returning to its event loop. If a thread fails, the
// others wait forever, so the code that started them has to terminate them.

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { MapItems } from "../monitoring/drift/map-items.ts";

/** A thread's place in a team; it can be passed to a thread only once. */
export interface TeamSeat {
  /** Three slots, which successive calls of `map` use in turn; see `slotFields`. */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** Ports to the other threads. */
  readonly ports: readonly MessagePort[];
}

/**
 * Fields of a slot: the next item to compute, the number of results so far, and the number of threads that have sent their
 * results.
 */
const slotFields = { next: 0, results: 1, sent: 2 } as const;
const slotSize = 3;
const slotCount = 3;

/** Results of one thread: the indices of the items, and one result per item. */
interface SentResults {
  readonly items: readonly number[];
  readonly results: readonly unknown[];
}

/** @param threads at least 1 */
export function teamSeats(threads: number): TeamSeat[] {
  const slots = new Int32Array(new SharedArrayBuffer(4 * slotSize * slotCount));
  const ports = Array.from({ length: threads }, (): MessagePort[] => []);
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]!.push(port1);
      ports[b]!.push(port2);
    }
  }
  return ports.map((own) => ({ slots, ports: own }));
}

/** The `map` function of the thread in this seat. Results must be plain data or be in shared memory. */
export function mapInTeam({ slots, ports }: TeamSeat): MapItems {
  let call = 0;
  return (items, each, onResult) => {
    const [own, other] = [slotOfTeam(call), slotOfTeam(call + 1)];
    call++;
    // The next call's slot is free: every thread has begun this call, so none is still in the earlier call that used that slot.
    const at = (field: keyof typeof slotFields): number => own + slotFields[field];
    const sent: { items: number[]; results: unknown[] } = { items: [], results: [] };
    for (let i = Atomics.add(slots, at("next"), 1); i < items.length; i = Atomics.add(slots, at("next"), 1)) {
      sent.items.push(i);
      sent.results.push(each(items[i]!, i));
      onResult?.(Atomics.add(slots, at("results"), 1) + 1);
    }
    for (const port of ports) port.postMessage(sent satisfies SentResults);
    for (const field of Object.values(slotFields)) Atomics.store(slots, other + field, 0);
    const threads = ports.length + 1;
    let arrived = Atomics.add(slots, at("sent"), 1) + 1;
    Atomics.notify(slots, at("sent"));
    while (arrived < threads) {
      Atomics.wait(slots, at("sent"), arrived);
      arrived = Atomics.load(slots, at("sent"));
    }
    const all = new Array<unknown>(items.length);
    for (const one of [sent, ...ports.map(receiveFromTeam)]) {
      for (const [n, i] of one.items.entries()) all[i] = one.results[n];
    }
    return all as ReturnType<typeof each>[];
  };
}

function slotOfTeam(call: number): number {
  return slotSize * (call % slotCount);
}

function receiveFromTeam(port: MessagePort): SentResults {
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Error("the calibration's threads: expected results from each thread, got none");
  return received.message as SentResults;
}
