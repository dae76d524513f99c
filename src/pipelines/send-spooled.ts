// Sends the batches of a spool: one after another within a stream, but several streams at the same time. While the service is
// unreachable, only one batch at a time is sent, to test whether the service is back.

import { once } from "node:events";
import { UserError } from "../errors.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { BatchSpool, SpooledBatch } from "../storage/batch-spool.ts";
import type { Clock } from "../storage/sender-clock.ts";
import { type HttpAnswer, type ServiceAnswer, serviceAnswer } from "./service-answer.ts";

/** Sends a batch. @throws the error of the connection if there was no reply */
export type PostBatch = (batch: SpooledBatch, content: Uint8Array<ArrayBuffer>) => Promise<HttpAnswer>;

/** Callbacks that report what happens to batches. */
export interface SendingRun {
  readonly accepted: (batch: SpooledBatch, answer: { verdict: CheckResult["verdict"]; known: boolean }) => void;
  readonly refused: (batch: SpooledBatch, reason: string, content: string) => void;
  /** Called for a new obstacle; `stream` is null if it concerns all streams. */
  readonly hindered: (stream: string | null, reason: string, advice: string | null) => void;
  /** Called when the service responds again. */
  readonly resumed: () => void;
}

export interface SendingOptions {
  readonly spool: BatchSpool;
  readonly post: PostBatch;
  /** Called before an accepted batch leaves the spool. */
  readonly confirmed: () => Promise<void>;
  readonly connections: number;
  /** Time without an accepted batch after which sending stops; null to keep trying indefinitely. */
  readonly patienceMs: number | null;
  readonly clock: Clock;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly run: SendingRun;
}

const forEver = Number.POSITIVE_INFINITY;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** Number of attempts before a batch is refused because of an error that may be temporary. */
const mostAttempts = 5;

/** An obstacle, and the time of the next attempt. */
interface Hindrance {
  failures: number;
  until: number;
  reason: string;
}

export class SpoolSender {
  readonly #options: SendingOptions;
  readonly #queues = new Map<string, SpooledBatch[]>();
  readonly #busy = new Set<string>();
  readonly #hindered = new Map<string, Hindrance>();
  readonly #attempts = new Map<number, number>();
  /**
   * For each batch that got no reply: how often that happened, counting it again only if other batches have been accepted since
   * the previous time, and how many batches had been accepted when it was last counted.
   */
  readonly #broken = new Map<number, { times: number; accepted: number }>();
  #accepted = 0;
  /** Streams with an obstacle that only a person can remove. */
  readonly #givenUp = new Set<string>();
  #isGivenUp = false;
  #fault: unknown;
  #service: Hindrance | null = null;
  #complete = false;
  #wake = new AbortController();
  #since = 0;

  constructor(options: SendingOptions) {
    this.#options = options;
    for (const batch of options.spool.waiting) this.#queue(batch).push(batch);
  }

  /** Adds a batch that has been put into the spool. */
  add(batch: SpooledBatch): void {
    // The time limit covers the time spent waiting for the service, not the time in which there is nothing to send.
    if (this.#queues.size === 0) this.#since = this.#options.clock.now();
    this.#queue(batch).push(batch);
    this.#wake.abort();
  }

  /** Indicates that no more batches will be added. */
  finish(): void {
    this.#complete = true;
    this.#wake.abort();
  }

  /** The obstacle of a stream; null if there is none. */
  hindrance(stream: string): string | null {
    return this.#hindered.get(stream)?.reason ?? this.#service?.reason ?? null;
  }

  /**
   * Returns when everything has been sent, nothing more can be sent, or the signal is aborted. On return, no request is in
   * progress.
   * @throws the original error if a disk operation fails
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, patienceMs } = this.#options;
    const sending = new Set<Promise<void>>();
    signal.addEventListener("abort", () => this.#wake.abort(), { once: true });
    this.#since = clock.now();
    while (!signal.aborted && this.#fault === undefined) {
      this.#wake = new AbortController();
      const stream = this.#nextStream(sending.size);
      if (stream !== null) {
        this.#busy.add(stream);
        const sent = this.#send(this.#queues.get(stream)![0]!)
          .catch((error: unknown) => {
            this.#fault = error;
          })
          .finally(() => {
            this.#busy.delete(stream);
            sending.delete(sent);
            this.#wake.abort();
          });
        sending.add(sent);
        continue;
      }
      const isOpen = this.#openStreams().next().done !== true;
      if (this.#complete && !isOpen && sending.size === 0) break;
      const leftMs = patienceMs === null ? forEver : this.#since + patienceMs - clock.now();
      if (isOpen && sending.size === 0 && leftMs <= 0) break;
      const pause = this.#pauseMs(sending.size);
      const limited = isOpen && sending.size === 0 ? Math.min(pause, leftMs) : pause;
      if (limited === forEver) await once(this.#wake.signal, "abort");
      else await clock.sleep(limited, this.#wake.signal);
    }
    await Promise.all(sending);
    if (this.#fault !== undefined) throw this.#fault;
  }

  #queue({ stream }: SpooledBatch): SpooledBatch[] {
    let queue = this.#queues.get(stream);
    if (queue === undefined) {
      queue = [];
      this.#queues.set(stream, queue);
    }
    return queue;
  }

  /** Streams with batches that may still be accepted during this run. */
  *#openStreams(): Generator<string, undefined> {
    if (this.#isGivenUp) return;
    for (const stream of this.#queues.keys()) if (!this.#givenUp.has(stream)) yield stream;
  }

  #nextStream(sending: number): string | null {
    const now = this.#options.clock.now();
    if (this.#mustWait(sending) || now < (this.#service?.until ?? 0)) return null;
    for (const stream of this.#openStreams()) {
      if (!this.#busy.has(stream) && now >= (this.#hindered.get(stream)?.until ?? 0)) return stream;
    }
    return null;
  }

  /** Whether nothing can be sent until a reply arrives. */
  #mustWait(sending: number): boolean {
    return sending >= this.#options.connections || (sending > 0 && this.#service !== null);
  }

  #pauseMs(sending: number): number {
    if (this.#mustWait(sending)) return forEver;
    let next = forEver;
    for (const stream of this.#openStreams()) {
      if (!this.#busy.has(stream)) next = Math.min(next, this.#hindered.get(stream)?.until ?? 0);
    }
    if (next === forEver) return forEver;
    return Math.max(0, Math.max(next, this.#service?.until ?? 0) - this.#options.clock.now());
  }

  async #send(batch: SpooledBatch): Promise<void> {
    const { spool, run } = this.#options;
    const answer = await this.#post(batch);
    switch (answer.kind) {
      case "accepted":
        await this.#options.confirmed();
        await spool.remove(batch);
        this.#accepted++;
        this.#done(batch);
        this.#passed(batch.stream);
        this.#since = this.#options.clock.now();
        run.accepted(batch, answer);
        return;
      case "refused": {
        const attempts = (this.#attempts.get(batch.number) ?? 0) + 1;
        this.#attempts.set(batch.number, attempts);
        if (answer.mayPass && attempts < mostAttempts) {
          this.#hinder(batch.stream, answer.reason, null, 0);
          return;
        }
        const content = await spool.refuse(batch, answer.reason);
        this.#done(batch);
        this.#passed(batch.stream);
        run.refused(batch, answer.reason, content);
        return;
      }
      case "setup":
        this.#hinder(answer.of === "stream" ? batch.stream : null, answer.reason, answer.advice, longestPauseMs);
        if (this.#options.patienceMs === null) return;
        if (answer.of === "stream") this.#givenUp.add(batch.stream);
        else this.#isGivenUp = true;
        return;
      case "later":
        // Another stream gets the next turn, for example to test whether the service is back.
        this.#takeTurns(batch.stream);
        this.#hinder(answer.of === "stream" ? batch.stream : null, answer.reason, null, answer.afterMs);
        return;
      default:
        answer satisfies never;
    }
  }

  async #post(batch: SpooledBatch): Promise<ServiceAnswer> {
    const { spool, post, now } = this.#options;
    const content = await spool.content(batch);
    let answer: HttpAnswer;
    try {
      answer = await post(batch, content);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const reason = reasonSpoolNotSent(error);
      if (this.#isAtFault(batch))
        return { kind: "refused", reason: `${mostAttempts} attempts: ${reason}`, mayPass: false };
      return { kind: "later", of: "service", reason, afterMs: 0 };
    }
    return serviceAnswer(answer, now());
  }

  #done({ stream, number }: SpooledBatch): void {
    const queue = this.#queues.get(stream)!;
    queue.shift();
    this.#takeTurns(stream);
    this.#attempts.delete(number);
    this.#broken.delete(number);
  }

  /** Moves a stream to the end of the queue, or removes it if none of its batches is waiting. */
  #takeTurns(stream: string): void {
    const queue = this.#queues.get(stream)!;
    this.#queues.delete(stream);
    if (queue.length > 0) this.#queues.set(stream, queue);
  }

  /**
   * Whether a batch repeatedly gets no reply while other batches do; the batch itself is then probably the cause, for example
   * because a proxy blocks it.
   */
  #isAtFault({ number }: SpooledBatch): boolean {
    const before = this.#broken.get(number) ?? { times: 0, accepted: -1 };
    if (before.accepted === this.#accepted) return false;
    this.#broken.set(number, { times: before.times + 1, accepted: this.#accepted });
    return before.times + 1 >= mostAttempts;
  }

  /** Called when the service has dealt with a batch of the stream. */
  #passed(stream: string): void {
    this.#hindered.delete(stream);
    if (this.#service === null) return;
    this.#service = null;
    this.#options.run.resumed();
  }

  #hinder(stream: string | null, reason: string, advice: string | null, leastMs: number): void {
    const { clock, random, run } = this.#options;
    const before = stream === null ? this.#service : this.#hindered.get(stream);
    const failures = (before?.failures ?? 0) + 1;
    const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)) * (0.75 + random() / 2);
    const pause = Math.max(backoff, leastMs * (1 + random() / 10));
    const hindrance = { failures, until: clock.now() + pause, reason };
    if (stream === null) this.#service = hindrance;
    else this.#hindered.set(stream, hindrance);
    if (before?.reason !== reason) run.hindered(stream, reason, advice);
  }
}

/** Shows the error's code, because its message may repeat the address. */
function reasonSpoolNotSent(error: unknown): string {
  const { name, code, cause }: { name?: string; code?: unknown; cause?: unknown } = error instanceof Error ? error : {};
  if (name === "TimeoutError") return "the service did not answer in time.";
  const inner = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const shown = [code, inner].find((one) => typeof one === "string" && one !== "");
  return `the service cannot be reached${shown === undefined ? "" : ` (${shown})`}.`;
}
