// Sends events while other work goes on, and never holds that up: it waits out what may pass, and stops for good if the
// server will never take them. The caller reports what could not be sent; the log has it.

import { type Clock, systemClock } from "./clock.ts";
import type { EventSender } from "./event-sender.ts";
import { Patience } from "./patience.ts";
import type { TrackingEvent } from "./tracking-event.ts";
import { TrackingFault } from "./tracking-fault.ts";

/** Events are gathered for so long, so that many share a request. */
const gatherMs = 500;
const firstWaitMs = 1000;
const longestWaitMs = 30_000;
/** A server may ask for more time than we would give it by ourselves, within reason. */
const longestAskedMs = 15 * 60_000;

/** What a server did not accept. */
export interface Unsent {
  /** Number of events; for a stream, of batches. */
  readonly events: number;
  /** Reason in one line. */
  readonly reason: string;
}

export class BackgroundSender {
  readonly #sender: EventSender;
  readonly #clock: Clock;
  readonly #queue: TrackingEvent[] = [];
  readonly #loop: Promise<void>;
  readonly #hurry = new AbortController();
  #wake: () => void = () => {};
  #patience: Patience | null = null;
  /** Since when nothing was taken. */
  #since = 0;
  #fault: TrackingFault | null = null;

  constructor(sender: EventSender, clock: Clock = systemClock) {
    this.#sender = sender;
    this.#clock = clock;
    this.#loop = this.#run();
  }

  enqueue(events: readonly TrackingEvent[]): void {
    for (const event of events) this.#queue.push(event);
    this.#wake();
  }

  /**
   * Sends the rest.
   * @param patience spent by what the server does not take, and ends with the time for what it takes; a server that
   *   cannot be reached is tried once more
   * @returns null if everything was sent
   */
  async finish(patience: Patience = new Patience(10_000)): Promise<Unsent | null> {
    this.#patience = patience;
    this.#since = this.#clock.now();
    this.#hurry.abort();
    this.#wake();
    const done = new AbortController();
    await Promise.race([this.#loop, this.#expired(done.signal)]);
    done.abort();
    if (this.#fault === null && this.#queue.length === 0) return null;
    this.#spend();
    return { events: this.#queue.length, reason: this.#fault?.message ?? "no time was left" };
  }

  async #run(): Promise<void> {
    let failures = 0;
    for (;;) {
      if (this.#queue.length === 0) {
        if (this.#patience !== null) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        await this.#pause(gatherMs);
        continue;
      }
      const { refusals } = this.#sender;
      this.#since = this.#clock.now();
      try {
        const done = await this.#sender.sendSome(this.#queue);
        this.#queue.splice(0, done);
        [failures, this.#fault] = [0, null];
        this.#spend(this.#sender.refusals === refusals);
        if (this.#queue.length > 0 && this.#patience?.leftMs === 0) return;
      } catch (error) {
        this.#fault = faultOf(error);
        this.#spend();
        if (!this.#fault.mayPass) return;
        failures++;
        if (!(await this.#waitAfter(this.#fault, failures))) return;
      }
    }
  }

  /** @returns false if no time is left for another try */
  async #waitAfter(fault: TrackingFault, failures: number): Promise<boolean> {
    const wait = waitMs(fault, failures);
    if (this.#patience === null) {
      await this.#pause(wait);
      return true;
    }
    const { leftMs } = this.#patience;
    if (isAbsent(fault) || leftMs <= 0 || (fault.retryAfterSeconds !== undefined && wait > leftMs)) return false;
    await this.#clock.sleep(Math.min(wait, leftMs));
    this.#spend();
    return true;
  }

  /** Takes the time since the last answer off the patience: lost, or for what was taken. */
  #spend(taken = false): void {
    const now = this.#clock.now();
    if (taken) this.#patience?.spendTaken(now - this.#since);
    else this.#patience?.spend(now - this.#since);
    this.#since = now;
  }

  /** When nothing was taken for too long, a request that has no answer yet included. */
  async #expired(done: AbortSignal): Promise<void> {
    const left = (): number => this.#patience!.leftMs - (this.#clock.now() - this.#since);
    while (left() > 0 && !done.aborted) await this.#clock.sleep(left() + 1, done);
  }

  /** Until the time is over, or the end is near. */
  #pause(ms: number): Promise<void> {
    return this.#clock.sleep(ms, this.#hurry.signal);
  }
}

/** All events at once, for who waits for it. @returns null if everything was sent */
export function sendAll(
  sender: EventSender,
  events: readonly TrackingEvent[],
  patience: Patience,
  clock?: Clock,
): Promise<Unsent | null> {
  const background = new BackgroundSender(sender, clock);
  background.enqueue(events);
  return background.finish(patience);
}

/**
 * At least our own backoff, whatever the server says, so that no answer makes a hot loop; spread, so that many clients do
 * not come back together.
 */
function waitMs({ retryAfterSeconds: asked = 0 }: TrackingFault, failures: number): number {
  const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
  const askedMs = asked > 0 ? Math.min(longestAskedMs, 1000 * asked) * (1 + Math.random() / 10) : 0;
  return Math.max(backoff, askedMs);
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
