// Sends events while other work goes on, and never holds that up: it waits out what may pass, and stops for good where the
// server will never take them. What could not be sent is the caller's to say; the log has it.

import { setTimeout as sleep } from "node:timers/promises";
import type { EventSender } from "./event-sender.ts";
import type { TrackingEvent } from "./tracking-event.ts";
import { TrackingFault } from "./tracking-fault.ts";

/** Events are gathered for so long, so that many share a request. */
const gatherMs = 500;
const firstWaitMs = 1000;
const longestWaitMs = 30_000;

export interface Unsent {
  readonly events: number;
  readonly reason: string;
}

export class BackgroundSender {
  readonly #sender: EventSender;
  readonly #queue: TrackingEvent[] = [];
  readonly #loop: Promise<void>;
  readonly #hurry = new AbortController();
  #wake: () => void = () => {};
  #finishing: { readonly patienceMs: number; since: number } | null = null;
  #fault: TrackingFault | null = null;

  constructor(sender: EventSender) {
    this.#sender = sender;
    this.#loop = this.#run();
  }

  enqueue(...events: readonly TrackingEvent[]): void {
    this.#queue.push(...events);
    this.#wake();
  }

  /**
   * Sends the rest.
   * @param patienceMs how long to go on where nothing is taken; a server that cannot be reached is tried once more
   * @returns null where everything was sent
   */
  async finish(patienceMs: number = 10_000): Promise<Unsent | null> {
    this.#finishing = { patienceMs, since: performance.now() };
    this.#hurry.abort();
    this.#wake();
    await Promise.race([this.#loop, this.#expired(this.#finishing)]);
    if (this.#fault === null && this.#queue.length === 0) return null;
    return { events: this.#queue.length, reason: this.#fault?.message ?? "no time was left" };
  }

  async #run(): Promise<void> {
    let failures = 0;
    for (;;) {
      if (this.#queue.length === 0) {
        if (this.#finishing !== null) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        await this.#pause(gatherMs);
        continue;
      }
      try {
        const done = await this.#sender.sendSome(this.#queue);
        this.#queue.splice(0, done);
        [failures, this.#fault] = [0, null];
        if (this.#finishing !== null) this.#finishing.since = performance.now();
      } catch (error) {
        this.#fault = faultOf(error);
        if (!this.#fault.mayPass) return;
        failures++;
        if (!(await this.#waitAfter(this.#fault, failures))) return;
      }
    }
  }

  /** @returns false where no time is left for another try */
  async #waitAfter(fault: TrackingFault, failures: number): Promise<boolean> {
    const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    const wait = fault.retryAfterSeconds === undefined ? backoff : 1000 * fault.retryAfterSeconds;
    if (this.#finishing === null) {
      await this.#pause(wait);
      return true;
    }
    const { patienceMs, since } = this.#finishing;
    const left = patienceMs - (performance.now() - since);
    if (isAbsent(fault) || left <= 0 || (fault.retryAfterSeconds !== undefined && wait > left)) return false;
    await sleep(Math.min(wait, left));
    return true;
  }

  /** When nothing was taken for too long, a request that has no answer yet included. */
  async #expired(finishing: { readonly patienceMs: number; readonly since: number }): Promise<void> {
    const left = (): number => finishing.patienceMs - (performance.now() - finishing.since);
    while (left() > 0) await sleep(left() + 1, undefined, { ref: false });
  }

  /** Until the time is over, or the end is near. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#hurry.signal }).catch(() => {});
  }
}

/** All events at once, for who waits for it. @returns null where everything was sent */
export function sendAll(
  sender: EventSender,
  events: readonly TrackingEvent[],
  patienceMs: number,
): Promise<Unsent | null> {
  const background = new BackgroundSender(sender);
  background.enqueue(...events);
  return background.finish(patienceMs);
}

/** An error of our own ends the sending, not the work beside it. */
function faultOf(error: unknown): TrackingFault {
  return error instanceof TrackingFault ? error : new TrackingFault("refused", String(error), { cause: error });
}

/** Nobody listens there. */
function isAbsent({ kind, cause }: TrackingFault): boolean {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return kind === "unreachable" && ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN"].includes(String(code));
}
