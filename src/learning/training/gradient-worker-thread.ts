// The entry point of a ShardedTrainingSession's worker threads.

import { parentPort, workerData } from "node:worker_threads";
import type { NetworkName } from "../networks/presets.ts";
import type { NetworkInput } from "../networks/training-graph.ts";
import { GradientSession, type ShardInput } from "./gradient-session.ts";

const { name, input } = workerData as { name: NetworkName; input: NetworkInput };
const session = await GradientSession.create(name, input);
parentPort!.on("message", async (shard: ShardInput) => {
  parentPort!.postMessage(await session.run(shard));
});
parentPort!.postMessage("ready");
