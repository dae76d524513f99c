// Sends batches to a service from a separate process: one batch per stream, round robin, over a fixed number of
// connections that never wait. serve.ts starts this process and sends it a task.

import { Agent, request } from "node:http";

export interface LoadTask {
  readonly url: string;
  readonly streams: readonly string[];
  /** Prefix of all batch ids; the ids must be new. */
  readonly ids: string;
  readonly seconds: number;
  readonly connections: number;
  readonly contentType: string;
  /** Request bodies in base64, which each stream sends one after another. */
  readonly bodies: readonly string[];
}

export interface LoadResult {
  /** Response time of each batch in milliseconds. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  readonly cpuSeconds: number;
}

process.once("message", async (task: LoadTask) => {
  const result = await sendLoad(task);
  process.send!(result, () => process.disconnect());
});

async function sendLoad({
  url,
  streams,
  ids,
  seconds,
  connections,
  contentType,
  bodies,
}: LoadTask): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const contents = bodies.map((body) => Buffer.from(body, "base64"));
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const until = began + 1000 * seconds;
  let next = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const number = next++;
      const [stream, round] = [streams[number % streams.length]!, Math.floor(number / streams.length)];
      const path = `/v1/models/walk/streams/${encodeURIComponent(stream)}/batches/${ids}-${round}`;
      const sent = performance.now();
      await post(new URL(path, url), contents[round % contents.length]!, contentType, agent);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  const { user, system } = process.cpuUsage(cpu);
  return { latencies, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** @throws Error if the answer is not a new verdict */
function post(url: URL, body: Uint8Array, contentType: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": contentType, "Content-Length": body.length };
    const sending = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200 && JSON.parse(text).known === false) resolve();
        else reject(new Error(`${url}: expected a new verdict, got ${response.statusCode} ${text}`));
      });
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
