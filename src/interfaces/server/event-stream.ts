// GET /v1/events: new verdicts and decisions as server-sent events, for pages that show the current state.

import type { JudgedEvent } from "../../pipelines/judge-posted-batch.ts";
import type { Caller } from "./caller.ts";

/** Number of unread events after which a client is disconnected; it then reconnects and reloads what it missed. */
const mostWaiting = 1000;
const heartbeatMs = 15_000;

interface Reader {
  caller: Caller;
  /** The request's caller according to the current tokens; null if the request would now be refused. */
  readonly identify: () => Promise<Caller | null>;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

export class EventStream {
  readonly #readers = new Set<Reader>();
  readonly #encoder = new TextEncoder();
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;

  constructor() {
    this.#heartbeat = setInterval(() => void this.refresh(), heartbeatMs);
    this.#heartbeat.unref();
  }

  /** The number of open replies. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Announces a new verdict. */
  publish({ project, model, stream, batch, result }: JudgedEvent): void {
    const { verdict, checked_at } = result;
    const alarm = result.verdict === "rejected" ? {} : { confirmed: result.confirmed, alarm_since: result.alarm_since };
    this.#tell("judged", project, { model, stream, batch, verdict, ...alarm, checked_at });
  }

  /** Announces a decision about a stream. */
  changed({ project, ...data }: { project: string; model: string; stream: string; action: string }): void {
    this.#tell("changed", project, data);
  }

  /**
   * Ends the replies to callers whose token or session is no longer valid, and tells the other callers that the service is
   * alive. A timer calls this every 15 s.
   */
  async refresh(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => this.#identifyAgain(reader)));
    this.#sendTo([...this.#readers], ": still here\n\n");
  }

  async #identifyAgain(reader: Reader): Promise<void> {
    const caller = await reader.identify().catch(() => null);
    if (caller !== null && caller.project === reader.caller.project) reader.caller = caller;
    else if (this.#readers.delete(reader)) reader.controller.close();
  }

  /** @param identify returns the current caller, or null if its token or session is no longer valid */
  response(caller: Caller, identify: () => Promise<Caller | null>): Response {
    let own: Reader;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          own = { caller, identify, controller };
          if (this.#closed) return controller.close();
          this.#readers.add(own);
          controller.enqueue(this.#encoder.encode("retry: 3000\n\n"));
        },
        cancel: () => void this.#readers.delete(own),
      },
      { highWaterMark: mostWaiting },
    );
    return new Response(stream, { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } });
  }

  /** Ends all replies, so that the service can stop. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    for (const { controller } of this.#readers) controller.close();
    this.#readers.clear();
  }

  /** Sends an event to all clients that may read the stream concerned. */
  #tell(event: string, project: string, data: { readonly stream: string; readonly [fact: string]: unknown }): void {
    const isReader = ({ caller }: Reader) => caller.project === project && caller.may("read", data.stream);
    this.#sendTo([...this.#readers].filter(isReader), `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #sendTo(readers: readonly Reader[], text: string): void {
    const bytes = this.#encoder.encode(text);
    for (const reader of readers) {
      if ((reader.controller.desiredSize ?? 0) > 0) reader.controller.enqueue(bytes);
      else {
        this.#readers.delete(reader);
        reader.controller.close();
      }
    }
  }
}
