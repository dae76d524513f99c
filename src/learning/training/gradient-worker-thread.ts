// The entry point of a ShardedTrainingSession's worker threads.

import { parentPort, workerData } from "node:worker_threads";
import type { NetworkInput } from "../networks/training-graph.ts";
import { GradientSession, type ShardInput } from "./gradient-session.ts";
import type { NetworkSource } from "./network-source.ts";

const { source, input } = workerData as { source: NetworkSource; input: NetworkInput };
const session = await GradientSession.create(source, input);
parentPort!.on("message", async (shard: ShardInput) => {
  parentPort!.postMessage(await session.run(shard));
});
parentPort!.postMessage("ready");
