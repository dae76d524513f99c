// Sends events in the background without ever delaying other work. The sender retries after temporary faults, and stops
// permanently if the server will never accept the events. The caller reports the number of events that could not be sent; they
// remain in the log.

import type { EventSender } from "./event-sender.ts";
import { type Clock, systemClock } from "./sender-clock.ts";
import { ServerTimeLimits } from "./server-time-limits.ts";
import type { TrackingEvent } from "./tracking-event.ts";
import { TrackingFault } from "./tracking-fault.ts";

/** How long events are collected so that many of them share a request. */
const gatherMs = 500;
const firstWaitMs = 1000;
const longestWaitMs = 30_000;
/** The longest wait that a server may request. */
const longestAskedMs = 15 * 60_000;

/** Describes the events that a server did not accept. */
export interface Unsent {
  /** Number of events, or number of batches for a stream. */
  readonly events: number;
  /** The reason, in one line. */
  readonly reason: string;
}

export class BackgroundSender {
  readonly #sender: EventSender;
  readonly #clock: Clock;
  readonly #queue: TrackingEvent[] = [];
  readonly #loop: Promise<void>;
  readonly #hurry = new AbortController();
  #wake: () => void = () => {};
  #limits: ServerTimeLimits | null = null;
  /** Start of the time that has not yet been subtracted from a limit. */
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
   * Sends the remaining events.
   * @param limits the time left for this server; if nothing listens at its address, there is at most one more attempt
   * @returns null if everything was sent
   */
  async finish(limits: ServerTimeLimits = new ServerTimeLimits(10_000)): Promise<Unsent | null> {
    this.#limits = limits;
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
        if (this.#limits !== null) break;
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
        if (this.#queue.length > 0 && this.#limits?.leftMs === 0) return;
      } catch (error) {
        this.#fault = backgroundSenderFault(error);
        this.#spend();
        if (!this.#fault.mayPass) return;
        failures++;
        if (!(await this.#waitAfter(this.#fault, failures))) return;
      }
    }
  }

  /** @returns false if no time is left for another attempt */
  async #waitAfter(fault: TrackingFault, failures: number): Promise<boolean> {
    const wait = backgroundRetryMs(fault, failures);
    if (this.#limits === null) {
      await this.#pause(wait);
      return true;
    }
    const { leftMs } = this.#limits;
    if (isBackgroundServerAbsent(fault) || leftMs <= 0 || (fault.retryAfterSeconds !== undefined && wait > leftMs))
      return false;
    await this.#clock.sleep(Math.min(wait, leftMs));
    this.#spend();
    return true;
  }

  /**
   * Subtracts the time since `#since` from one of the limits: if `taken` is true, from the limit on time during which the
   * server accepts something, otherwise from the limit on lost time.
   */
  #spend(taken = false): void {
    const now = this.#clock.now();
    if (taken) this.#limits?.spendTaken(now - this.#since);
    else this.#limits?.spend(now - this.#since);
    this.#since = now;
  }

  /** Resolves when the server has accepted nothing for too long; the duration of a pending request is included. */
  async #expired(done: AbortSignal): Promise<void> {
    const left = (): number => this.#limits!.leftMs - (this.#clock.now() - this.#since);
    while (left() > 0 && !done.aborted) await this.#clock.sleep(left() + 1, done);
  }

  /** Waits until the time is up or `finish` is called. */
  #pause(ms: number): Promise<void> {
    return this.#clock.sleep(ms, this.#hurry.signal);
  }
}

/** Sends all events and waits until they are sent or the time is up. @returns null if everything was sent */
export function runBackgroundSender(
  sender: EventSender,
  events: readonly TrackingEvent[],
  limits: ServerTimeLimits,
  clock?: Clock,
): Promise<Unsent | null> {
  const background = new BackgroundSender(sender, clock);
  background.enqueue(events);
  return background.finish(limits);
}

/**
 * The delay before a retry: at least the client's own backoff, whatever the server requests, so that no reply causes a busy
 * loop. Jitter keeps many clients from retrying at the same time.
 */
function backgroundRetryMs({ retryAfterSeconds: asked = 0 }: TrackingFault, failures: number): number {
  const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
  const askedMs = asked > 0 ? Math.min(longestAskedMs, 1000 * asked) * (1 + Math.random() / 10) : 0;
  return Math.max(backoff, askedMs);
}

/** A defect in this code stops the sender, but not the other work. */
function backgroundSenderFault(error: unknown): TrackingFault {
  return error instanceof TrackingFault ? error : new TrackingFault("refused", String(error), { cause: error });
}

/** Whether the host is unknown or out of reach, or no server is listening there. */
function isBackgroundServerAbsent({ kind, cause }: TrackingFault): boolean {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return kind === "unreachable" && ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN"].includes(String(code));
}
