// Judges batches in threads, so that the service uses every core and its event loop never waits for the disk. Each thread has
// its own models and its own connection to the store, as another process would. If a thread ends unexpectedly, the
// service answers the batches that it was judging with a request to send them again, and the next batch starts another thread.

import type { Worker } from "node:worker_threads";
import type { Reporter } from "../reporter.ts";
import type { JudgedBatch, JudgedEvent } from "./judge-posted-batch.ts";
import type { PostedBatch } from "./posted-batch.ts";
import { receivedError, type SentError } from "./sent-error.ts";

/** A message to a thread; null ends the thread. */
export type JudgeMessage = { readonly id: number; readonly posted: PostedBatch } | null;

/** What a thread sends. */
export type JudgeReply =
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "judged"; readonly id: number; readonly judged: JudgedBatch; readonly event: JudgedEvent | null }
  | { readonly type: "failed"; readonly id: number; readonly error: SentError };

/** The thread that was judging a batch ended. The batch may have been stored. */
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
  /** The batches that it is judging. */
  readonly judging: Map<number, PromiseWithResolvers<JudgedBatch>>;
  readonly ended: Promise<void>;
}

export class JudgeThreads {
  readonly #options: JudgeThreadsOptions;
  readonly #threads = new Set<JudgeThread>();
  #batches = 0;

  constructor(options: JudgeThreadsOptions) {
    this.#options = options;
  }

  /** @throws JudgeThreadEnded, or the error of `judgePostedBatch` */
  judge(posted: PostedBatch): Promise<JudgedBatch> {
    const { worker, judging } = this.#leastBusy();
    const id = this.#batches++;
    const done = Promise.withResolvers<JudgedBatch>();
    judging.set(id, done);
    worker.postMessage({ id, posted } satisfies JudgeMessage);
    return done.promise;
  }

  /** Waits for the batches that are being judged. */
  async close(): Promise<void> {
    const threads = [...this.#threads];
    for (const { worker } of threads) worker.postMessage(null satisfies JudgeMessage);
    await Promise.all(threads.map(({ ended }) => ended));
  }

  #leastBusy(): JudgeThread {
    const [idlest] = [...this.#threads].sort((a, b) => a.judging.size - b.judging.size);
    const isEnough = idlest?.judging.size === 0 || this.#threads.size === this.#options.threads;
    return idlest !== undefined && isEnough ? idlest : this.#started();
  }

  #started(): JudgeThread {
    const { start, onJudged, reporter } = this.#options;
    const worker = start();
    const ended = Promise.withResolvers<void>();
    const thread: JudgeThread = { worker, judging: new Map(), ended: ended.promise };
    this.#threads.add(thread);
    worker.on("message", (reply: JudgeReply) => {
      if (reply.type === "warning") return reporter.warn(reply.message);
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
      this.#threads.delete(thread);
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
