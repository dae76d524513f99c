// A server that speaks as much of MLflow's protocol as a sender needs, and keeps what it was asked.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly bytes: number;
  readonly authorization: string | undefined;
  // What the tests look at differs from one request to the next.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the protocol
  readonly body: any;
}

export interface Refusal {
  readonly status: number;
  readonly error_code?: string;
  readonly message?: string;
}

const api = "/api/2.0/mlflow/";
const run = { info: { run_id: "r1", experiment_id: "7", artifact_uri: "mlflow-artifacts:/7/r1/artifacts" }, data: {} };

const answers: Readonly<Record<string, unknown>> = {
  "experiments/get-by-name": { experiment: { experiment_id: "7", lifecycle_stage: "active" } },
  "runs/search": {},
  "runs/create": { run },
  "model-versions/create": { model_version: { version: "4" } },
};

export class FakeMlflow {
  readonly asked: Asked[] = [];
  /** Instead of the usual answer. */
  refuse: (asked: Asked) => Refusal | undefined = () => undefined;
  readonly #server = createServer((question, answer) => void this.handle(question, answer));

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Bodies of the requests to one method of the API. */
  bodies(method: string): Asked["body"][] {
    return this.asked.filter(({ path }) => path === method).map(({ body }) => body);
  }

  async handle(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of question) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const path = question.url!.replace(/\?.*/, "").replace(api, "");
    const isJson = question.headers["content-type"] === "application/json" && question.method === "POST";
    const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString();
    const asked = { path, bytes: bytes.length, authorization: question.headers.authorization, body };
    this.asked.push(asked);
    const { status, ...error } = this.refuse(asked) ?? { status: 200 };
    answer.writeHead(status, { "content-type": "application/json" });
    answer.end(JSON.stringify(status === 200 ? (answers[path] ?? {}) : error));
  }
}
