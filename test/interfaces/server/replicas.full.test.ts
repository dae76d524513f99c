// Runs several replicas of the service with one database, and devices that send their batches one after another and repeat each
// one until it is answered. Meanwhile, replicas, connections and the database are killed. No answered batch is lost, no batch
// is stored twice, and the batches of a stream are judged in the order in which they were sent.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModelLedgerStore } from "../../../src/monitoring/streams/model-ledger.ts";
import { defaultProject } from "../../../src/storage/opened-store.ts";
import type { StoredBatch } from "../../../src/storage/stream-store.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { PostgresServer, withoutPostgres } from "../../storage/postgres-server.ts";
import { post, type Reply, type RunningService, startService } from "./running-service.ts";

const directory = fileDirectory();
const streams = ["wrist-1", "wrist-2", "wrist-3", "wrist-4"];
const batches = 8;
/** Each stream gets the same batches, which differ slightly from each other, because repeated data would not count. */
let bodies: string[];

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
  const [, ...lines] = gunzipSync(readFileSync(join(directory, "batch.csv.gz")))
    .toString()
    .trim()
    .split("\n");
  bodies = Array.from({ length: batches }, (_, batch) => {
    const rows = lines.map((line, i) => [
      i / 20,
      ...line
        .split(",")
        .slice(4)
        .map((value) => Number(value) + batch / 1e4),
    ]);
    return ["timestamp_s,Ax,Ay,Az", ...rows.map((row) => row.join(","))].join("\n");
  });
});

describe.skipIf(withoutPostgres !== "")(`replicas of tidemark serve${withoutPostgres}`, () => {
  const server = new PostgresServer();
  beforeAll(() => server.start());
  afterAll(() => server.remove());

  it("lose nothing and store nothing twice while replicas, connections and the database are killed", async () => {
    const address = server.address(await server.newDatabase());
    const words = ["--models", "models", "--store", address];
    const replicas: RunningService[] = await Promise.all([1, 2, 3].map(() => startService(words, directory)));
    const replies: Record<string, Reply[]> = {};
    let answered = 0;
    let refusals = 0;

    const device = async (stream: string, place: number): Promise<void> => {
      replies[stream] = [];
      for (const [i, body] of bodies.entries()) {
        for (let attempt = place + i; replies[stream].length === i; attempt++) {
          const { url } = replicas[attempt % replicas.length]!;
          const reply = await post(url, `/v1/models/walk/streams/${stream}/batches/${i}`, body).catch(() => null);
          if (reply?.status === 200) replies[stream].push(reply);
          else {
            refusals++;
            if (reply !== null)
              expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, expect.anything()]);
            await sleep(20);
          }
        }
        answered++;
      }
    };
    const devices = Promise.all(streams.map(device));

    let kills = 0;
    for (const wanted of [3, 8, 13, 18, 23, 28]) {
      while (answered < wanted) await sleep(5);
      const victim = kills++ % replicas.length;
      await replicas[victim]!.stop("SIGKILL");
      await server.breakConnections();
      if (kills % 3 === 0) {
        await server.kill();
        await server.start();
      }
      replicas[victim] = await startService(words, directory);
    }
    await devices;
    expect(refusals).toBeGreaterThan(0);

    const store = await openModelLedgerStore(address);
    const { model_version } = replies[streams[0]!]![0]!.json;
    const model = await store.streamsOf({ project: defaultProject, model: model_version });
    const plain = ({ batchId, result, receivedAt: _at, sequence: _number, ...rest }: StoredBatch) => {
      const { checked_at: _, stream: __, ...same } = result as Record<string, unknown>;
      return { batchId, ...rest, stream: "", result: same };
    };
    const [first, ...others] = await Promise.all(streams.map(async (stream) => (await model.page(stream)).batches));
    expect(first!.map(({ batchId }) => batchId)).toEqual(bodies.map((_, i) => `${i}`));
    // Every stream's batches were judged in the same way, whatever was killed in the meantime.
    for (const other of others) expect(other.map(plain)).toEqual(first!.map(plain));
    for (const [i, stream] of streams.entries()) {
      const stored = [first!, ...others][i]!;
      expect(replies[stream]!.map(({ json: { known, ...result } }) => result)).toEqual(
        stored.map(({ result }) => result),
      );
    }
    await model.close();
    await store.close();
  });
});
