// Kills the service while devices are sending batches, starts it again, and compares its stored verdicts with its answers. Each
// device sends its batches in order, and repeats a batch until it gets an answer. Meanwhile, bad clients send requests that
// never end, break off or are malformed.

import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Answers } from "./device.ts";
import { type RunningService, startServiceProcess } from "./service-process.ts";

export interface KilledUnderLoad {
  readonly kills: number;
  readonly answered: number;
  /** Number of batches that were sent again because the first reply was lost. */
  readonly known: number;
  /** A description of each violation; empty if there is none. */
  readonly faults: readonly string[];
}

export interface KillOptions {
  readonly kills: number;
  readonly devices?: number;
  /** A batch as CSV. */
  readonly body: Uint8Array;
  /** Random numbers from 0 to 1, which determine when the service is killed. */
  readonly random: () => number;
  /** Address of the store. Default: a folder of SQLite files. */
  readonly store?: string;
  /** Number of services that share the store (default 1). */
  readonly replicas?: number;
  /** Called after each kill, with its number, before the service starts again. */
  readonly afterKill?: (kill: number) => Promise<void>;
}

/** @param directory a folder with `models/walk` */
export async function killUnderLoad(
  directory: string,
  {
    kills,
    devices = 4,
    body,
    random,
    store = "sqlite:killed",
    replicas: number = 1,
    afterKill = async () => {},
  }: KillOptions,
): Promise<KilledUnderLoad> {
  const answers = new Answers(body);
  const bad = new BadClients(body);
  const begin = (): Promise<RunningService> => startServiceProcess(["--models", "models", "--store", store], directory);
  const replicas = await Promise.all(Array.from({ length: number }, begin));
  let ended = false;
  const device = async (i: number): Promise<void> => {
    const urlOf = (attempt: number): string => replicas[(i + attempt) % number]!.url;
    while (!ended && answers.faults.length === 0) await answers.next(urlOf, `device-${i}`);
  };
  const sending = Array.from({ length: devices }, (_, i) => device(i));
  let killed = 0;
  while (killed < kills && answers.faults.length === 0) {
    const victim = killed % number;
    const { url } = replicas[victim]!;
    bad.disturb(url);
    // Waits for at least one answer between two kills, no matter how slow the machine is.
    const enough = answers.count + 1 + Math.floor(2 * devices * random());
    while (answers.count < enough && answers.faults.length === 0) await setTimeout(5);
    await setTimeout(200 * random());
    const { code, signal } = await replicas[victim]!.stop("SIGKILL");
    if (signal !== "SIGKILL") answers.faults.push(`the service ended by itself with code ${code}`);
    killed++;
    await afterKill(killed);
    replicas[victim] = await begin();
  }
  ended = true;
  await Promise.all(sending);
  const { url } = replicas[0]!;
  await answers.expectKept(url);
  answers.faults.push(...(await bad.faults(url)));
  for (const replica of replicas) await replica.stop();
  return { kills: killed, answered: answers.count, known: answers.known, faults: answers.faults };
}

/** Clients whose requests never end, break off or are malformed. None of them may get a verdict. */
class BadClients {
  readonly #head = "POST /v1/models/walk/streams/stranger/batches/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  readonly #body: Uint8Array;
  readonly #sockets: Socket[] = [];
  #heard = "";

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  disturb(url: string): void {
    const half = this.#body.subarray(0, this.#body.length / 2);
    const truncated = gzipSync(this.#body).subarray(0, 200);
    const type = "Content-Type: text/csv\r\n";
    this.#send(url, [`${this.#head}${type}Content-Length: ${this.#body.length}\r\n\r\n`, half]);
    this.#send(url, [this.#head]);
    this.#send(url, [`${this.#head}${type}Content-Length: ${this.#body.length}\r\n\r\n`, half]).end();
    this.#send(url, [`${this.#head}Content-Encoding: gzip\r\nContent-Length: 200\r\n\r\n`, truncated]);
    this.#send(url, [`${this.#head}${type}Transfer-Encoding: chunked\r\n\r\n`, "not a length\r\n"]);
    this.#send(url, [Uint8Array.from({ length: 300 }, (_, i) => (37 * i) % 256)]);
  }

  /** Closes all connections. @returns what the clients should not have received from the service */
  async faults(url: string): Promise<string[]> {
    for (const socket of this.#sockets) socket.destroy();
    const statuses = new Set([...this.#heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)));
    const { status } = await fetch(`${url}/v1/models/walk/streams/stranger`);
    return [
      ...(statuses.has(400) ? [] : ["no bad client was told what is wrong"]),
      ...[...statuses].filter((own) => ![400, 503].includes(own)).map((own) => `a bad client was answered ${own}`),
      ...(status === 404 ? [] : [`the stream of the bad clients: ${status} instead of 404`]),
    ];
  }

  #send(url: string, parts: readonly (string | Uint8Array)[]): Socket {
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("latin1");
    socket.on("data", (text: string) => (this.#heard += text)).on("error", () => {});
    for (const part of parts) socket.write(part);
    this.#sockets.push(socket);
    return socket;
  }
}
