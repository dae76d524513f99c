// A device that sends batches to the service, repeats each batch until it is answered, and remembers the answers.

import { setTimeout } from "node:timers/promises";

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly json: Record<string, unknown>;
}

/** Returns the answer, or null if the connection failed. */
export async function sendBatch(url: string, path: string, body: Uint8Array): Promise<Answer | null> {
  try {
    const headers = { "Content-Type": "text/csv" };
    const response = await fetch(`${url}${path}`, { method: "POST", body: body as never, headers });
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, retryAfter: response.headers.get("retry-after"), json };
  } catch {
    return null;
  }
}

/** The answers of a service, and what contradicts them. */
export class Answers {
  readonly faults: string[] = [];
  /** Number of batches that were sent again because the first reply was lost. */
  known = 0;
  readonly #body: Uint8Array;
  readonly #answers = new Map<string, string>();
  readonly #sent = new Map<string, string[]>();

  /** @param body a batch as CSV */
  constructor(body: Uint8Array) {
    this.#body = body;
  }

  get count(): number {
    return this.#answers.size;
  }

  /** Days between the first and the last verdict, by the service's clock. */
  get days(): number {
    const times = [...this.#answers.values()].map((answer) => Date.parse(JSON.parse(answer).checked_at));
    return (Math.max(...times) - Math.min(...times)) / 86_400_000;
  }

  /** Sends the stream's next batch once. @returns the status, or null if the connection failed */
  async tryNext(url: string, stream: string): Promise<number | null> {
    const sent = this.#sent.get(stream) ?? [];
    this.#sent.set(stream, sent);
    const path = batchPath(stream, `${sent.length}`);
    const reply = await sendBatch(url, path, this.#body);
    if (reply?.status === 200) {
      this.#answers.set(path, JSON.stringify({ ...reply.json, known: true }));
      if (reply.json.known === true) this.known++;
      sent.push(`${sent.length}`);
    } else if (reply !== null && (reply.status !== 503 || reply.retryAfter === null)) {
      this.faults.push(`${path}: ${reply.status} ${JSON.stringify(reply.json)}`);
    }
    return reply?.status ?? null;
  }

  /** Sends the stream's next batch until it is answered, or a fault is found. @param urlOf where to send each attempt */
  async next(urlOf: (attempt: number) => string, stream: string): Promise<void> {
    for (let attempt = 0; this.faults.length === 0; attempt++) {
      const status = await this.tryNext(urlOf(attempt), stream);
      if (status === 200) return;
      if (status === null) await setTimeout(20);
    }
  }

  /** Expects that the service still has every answer, and each stream's batches once and in the order in which they were sent. */
  async expectKept(url: string): Promise<void> {
    for (const [path, expected] of this.#answers) {
      const again = await sendBatch(url, path, this.#body);
      if (again?.status !== 200 || JSON.stringify(again.json) !== expected) this.faults.push(`${path}: another answer`);
    }
    for (const [stream, batches] of this.#sent) {
      const address = `${url}/v1/models/walk/streams/${stream}?last=5000`;
      const { history = [] } = (await (await fetch(address)).json()) as { history?: { batch_id: string }[] };
      const stored = history.map(({ batch_id }) => batch_id);
      if (stored.join() !== batches.join()) {
        this.faults.push(`${stream}: stored ${stored.join()}, sent ${batches.join()}`);
      }
    }
  }
}

function batchPath(stream: string, batch: string): string {
  return `/v1/models/walk@champion/streams/${stream}/batches/${batch}`;
}
