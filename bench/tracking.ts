// Measures how much a bad tracking server slows down a training run: the same run without a server, and with a server that
// answers late, drops a third of the requests, and answers some of the others with 429, 500 or 503. The server is a stand-in
// that stores nothing; tests verify what a real server stores. Training and closing are measured separately, because even a
// long training run ends with the same few seconds of closing.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { simulate } from "../src/pipelines/simulate.ts";
import { train } from "../src/pipelines/train.ts";
import { Rng } from "../src/random.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

export async function benchmarkTracking(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  const rng = Rng.fromSeed(1);
  const server = createServer((request, response) => void answer(request, response, rng));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const tracking = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await withTemporaryDirectory(async (directory) => {
      const recordings = join(directory, "recordings.parquet");
      await simulate({ out: recordings, users: 10, minutes: 8 });
      const [ratios, closing]: [number[], number[]] = [[], []];
      for (let round = 0; round <= options.rounds; round++) {
        const timed = async (to: string): Promise<{ training: number; whole: number }> => {
          const started = performance.now();
          let training = Number.NaN;
          await train(
            {
              files: [recordings],
              out: join(directory, `model-${round}-${to === "none" ? "alone" : "tracked"}`),
              network: "compact",
              epochs: 6,
              folds: 3,
              tracking: to,
            },
            {
              reporter: {
                event: ({ type }) => {
                  if (type === "done") training = performance.now() - started;
                },
              },
            },
          );
          return { training, whole: performance.now() - started };
        };
        // The two kinds of run take turns, and each round reverses their order.
        const first = round % 2 === 0 ? await timed("none") : await timed(tracking);
        const second = round % 2 === 0 ? await timed(tracking) : await timed("none");
        const [alone, tracked] = round % 2 === 0 ? [first, second] : [second, first];
        if (round === 0) continue;
        ratios.push(tracked.training / alone.training);
        closing.push((tracked.whole - tracked.training) / 1000);
      }
      return {
        measurements: [
          {
            name: "training with a bad tracking server",
            value: median(ratios),
            unit: "x without one",
            limit: { kind: "at most", value: 1.02 },
          },
          {
            name: "closing while the server keeps failing",
            value: median(closing),
            unit: "s",
            limit: { kind: "at most", value: 15 },
          },
        ],
        skipped: [],
      };
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, rng: Rng): Promise<void> {
  request.resume();
  await sleep(50 + 400 * rng.uniform());
  const luck = rng.uniform();
  if (luck < 1 / 3) return void request.socket.destroy();
  const status = luck < 0.4 ? 429 : luck < 0.47 ? 500 : luck < 0.54 ? 503 : 200;
  const info = { run_id: "r", experiment_id: "1", artifact_uri: "mlflow-artifacts:/1/r/artifacts", status: "RUNNING" };
  const path = request.url ?? "";
  const body = path.includes("experiments")
    ? { experiment: { experiment_id: "1" } }
    : path.includes("runs/create")
      ? { run: { info, data: {} } }
      : {};
  response.writeHead(status, { "content-type": "application/json", ...(status === 429 && { "retry-after": "1" }) });
  response.end(JSON.stringify(status === 200 ? body : { error_code: "TEMPORARILY_UNAVAILABLE", message: "bad luck" }));
}
