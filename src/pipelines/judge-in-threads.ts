// Judges batches in threads, so that the service uses every core and its event loop never waits for the disk. Each thread has
// its own models and its own connection to the store, as another process would. If a thread ends unexpectedly, for example
// because its memory is exhausted, each batch that it was judging is judged again, alone in a thread. If a batch ends this
// thread as well, it is refused from then on, so that it cannot harm other streams.

import type { Worker } from "node:worker_threads";
import { UserError } from "../errors.ts";
import type { Reporter } from "../reporter.ts";
import type { JudgedEvent, PostedVerdict } from "./judge-posted-batch.ts";
import type { PostedBatch } from "./posted-batch.ts";
import { receivedError, type SentError } from "./sent-error.ts";

/** A message to a thread; null ends the thread. */
export type JudgeMessage = { readonly id: number; readonly posted: PostedBatch } | null;

/** What a thread sends. */
export type JudgeReply =
  /** Indicates that the thread is able to judge; sent before its first verdict. */
  | { readonly type: "opened" }
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "judged"; readonly id: number; readonly judged: PostedVerdict; readonly event: JudgedEvent | null }
  | { readonly type: "failed"; readonly id: number; readonly error: SentError };

/**
 * The thread that was to judge a batch ended, probably for a reason other than the batch. The verdict may already be in the
 * store.
 */
export class JudgeThreadEnded extends Error {
  override readonly name: string = "JudgeThreadEnded";
}

export interface JudgeThreadsOptions {
  /** Maximum number of threads; each is started by the first batch for which all others are busy. */
  readonly threads: number;
  /** Starts a thread that answers each `JudgeMessage` with a `JudgeReply`. */
  readonly start: () => Worker;
  readonly onJudged: (event: JudgedEvent) => void;
  readonly reporter: Pick<Reporter, "warn">;
}

interface JudgeThread {
  readonly worker: Worker;
  /** The batches that the thread is judging. */
  readonly judging: Map<number, PromiseWithResolvers<PostedVerdict>>;
  readonly ended: Promise<void>;
  /** Whether the thread has been able to judge. */
  opened: boolean;
}

/** Maximum number of refused batches that are remembered; arbitrary. */
const rememberedBatches = 1000;

export class JudgeThreads {
  readonly #options: JudgeThreadsOptions;
  readonly #threads = new Set<JudgeThread>();
  readonly #taken = new Set<Promise<unknown>>();
  /** Batches that ended a thread in which they were the only batch. */
  readonly #refused = new Set<string>();
  /** Resolves when the last of the batches that are to be judged alone has been judged. */
  #alone: Promise<unknown> = Promise.resolve();
  #batches = 0;

  constructor(options: JudgeThreadsOptions) {
    this.#options = options;
  }

  /**
   * @throws UserError if the batch ends threads; JudgeThreadEnded if a thread for this batch alone ends before it can judge; or
   * any error that `judgePostedBatch` throws
   */
  async judge(posted: PostedBatch): Promise<PostedVerdict> {
    if (this.#refused.has(batchNameInThread(posted))) throw endsThreads(posted);
    const judged = this.#judgeIn(this.#leastBusy(), posted).catch((error: unknown) => {
      if (error instanceof JudgeThreadEnded) return this.#judgeAlone(posted);
      throw error;
    });
    this.#taken.add(judged);
    try {
      return await judged;
    } finally {
      this.#taken.delete(judged);
    }
  }

  /** Waits for the batches that are being judged, and ends the threads. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#taken);
    const threads = [...this.#threads];
    for (const { worker } of threads) worker.postMessage(null satisfies JudgeMessage);
    await Promise.all(threads.map(({ ended }) => ended));
  }

  #judgeIn({ worker, judging }: JudgeThread, posted: PostedBatch): Promise<PostedVerdict> {
    const id = this.#batches++;
    const done = Promise.withResolvers<PostedVerdict>();
    judging.set(id, done);
    worker.postMessage({ id, posted } satisfies JudgeMessage);
    return done.promise;
  }

  /** Judges one batch at a time, so that there is only one additional thread. */
  async #judgeAlone(posted: PostedBatch): Promise<PostedVerdict> {
    const before = this.#alone;
    const own = Promise.withResolvers<void>();
    this.#alone = own.promise;
    await before;
    const thread = this.#started();
    try {
      return await this.#judgeIn(thread, posted);
    } catch (error) {
      if (!(error instanceof JudgeThreadEnded) || !thread.opened) throw error;
      this.#refuse(posted);
      throw endsThreads(posted, error);
    } finally {
      thread.worker.postMessage(null satisfies JudgeMessage);
      await thread.ended;
      own.resolve();
    }
  }

  #refuse(posted: PostedBatch): void {
    this.#refused.add(batchNameInThread(posted));
    const [oldest] = this.#refused;
    if (this.#refused.size > rememberedBatches) this.#refused.delete(oldest!);
  }

  #leastBusy(): JudgeThread {
    const [idlest] = [...this.#threads].sort((a, b) => a.judging.size - b.judging.size);
    const isEnough = idlest?.judging.size === 0 || this.#threads.size === this.#options.threads;
    return idlest !== undefined && isEnough ? idlest : this.#startedForMany();
  }

  #startedForMany(): JudgeThread {
    const thread = this.#started();
    this.#threads.add(thread);
    void thread.ended.then(() => this.#threads.delete(thread));
    return thread;
  }

  #started(): JudgeThread {
    const { start, onJudged, reporter } = this.#options;
    const worker = start();
    const ended = Promise.withResolvers<void>();
    const thread: JudgeThread = { worker, judging: new Map(), ended: ended.promise, opened: false };
    worker.on("message", (reply: JudgeReply) => {
      if (reply.type === "warning") return reporter.warn(reply.message);
      if (reply.type === "opened") {
        thread.opened = true;
        return;
      }
      const done = thread.judging.get(reply.id)!;
      thread.judging.delete(reply.id);
      if (reply.type === "failed") return done.reject(receivedError(reply.error));
      if (reply.event !== null) onJudged(reply.event);
      done.resolve(reply.judged);
    });
    let cause: unknown;
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", (code) => {
      ended.resolve();
      if (code === 0 && thread.judging.size === 0) return;
      const error = new JudgeThreadEnded(`a thread that judges batches ended unexpectedly with code ${code}`, {
        cause,
      });
      reporter.warn(`${error.message}${cause instanceof Error ? `: ${cause.message}` : ""}`);
      for (const done of thread.judging.values()) done.reject(error);
    });
    return thread;
  }
}

function batchNameInThread({ project, model, stream, batch }: PostedBatch): string {
  return JSON.stringify([project, model, stream, batch]);
}

function endsThreads({ stream, batch }: PostedBatch, cause?: JudgeThreadEnded): UserError {
  return new UserError(
    `batch "${batch}" of stream "${stream}": expected a batch that can be judged; the thread that judged it ended unexpectedly, even when this was its only batch`,
    { advice: "Send the data in smaller batches, each with its own id. The service's log has the reason.", cause },
  );
}
