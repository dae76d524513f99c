// A proxy between a client and a server that treats each request according to a plan.

import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";

/**
 * How the proxy treats a request:
 * - `pass`: the server answers
 * - `drop`: the connection ends before the server gets the request
 * - `cut`: the server processes the request, and the connection ends before the answer
 * - `half`: the connection ends in the middle of the answer
 * - a delay in milliseconds, or an answer from the proxy itself
 */
export type Fate = "pass" | "drop" | "cut" | "half" | number | Answer;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Asked {
  /** Number of the request, counted from 0. */
  readonly n: number;
  readonly method: string;
  /** Path of the request, without the query. */
  readonly path: string;
  readonly authorization: string | undefined;
}

export class FaultyProxy {
  readonly #target: () => string;
  readonly #sockets = new Set<Socket>();
  readonly asked: Asked[] = [];
  /** The plan, which a test may replace at any time. */
  plan: (asked: Asked) => Fate = () => "pass";
  #server: Server | undefined;
  #port = 0;

  /** @param target address of the server */
  constructor(target: () => string) {
    this.#target = target;
  }

  get uri(): string {
    return `http://${this.host}`;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const server = createServer(
      (question, answer) => void this.#handle(question, answer).catch(() => answer.destroy()),
    );
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => void server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
  }

  /** Breaks all connections, and stops listening. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async #handle(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = question;
    const asked: Asked = {
      n: this.asked.length,
      method,
      path: url.replace(/\?.*/, ""),
      authorization: headers.authorization,
    };
    this.asked.push(asked);
    const fate = this.plan(asked);
    if (fate === "drop") return void question.destroy();
    const body: Buffer[] = [];
    for await (const part of question) body.push(part as Buffer);
    if (typeof fate === "object") return void answer.writeHead(fate.status, fate.headers).end(fate.body ?? "");
    if (typeof fate === "number") await sleep(fate);
    const { status, type, bytes } = await this.#pass(question, Buffer.concat(body));
    if (fate === "cut") return void answer.destroy();
    answer.writeHead(status, { "content-type": type, "content-length": bytes.length });
    if (fate !== "half") return void answer.end(bytes);
    answer.write(bytes.subarray(0, bytes.length / 2), () => answer.destroy());
  }

  #pass(question: IncomingMessage, body: Buffer): Promise<{ status: number; type: string; bytes: Buffer }> {
    const { method, url, headers } = question;
    delete headers.host;
    return new Promise((resolve, reject) => {
      const asked = forward(`${this.#target()}${url}`, { method, headers: headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("end", () =>
          resolve({
            status: answer.statusCode ?? 502,
            type: answer.headers["content-type"] ?? "text/plain",
            bytes: Buffer.concat(parts),
          }),
        );
        answer.once("error", reject);
      });
      asked.once("error", reject);
      asked.end(body);
    });
  }
}
