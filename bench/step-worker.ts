// A worker thread that trains as a fold does, and reports how long each step took.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { NetworkName } from "../src/learning/networks/presets.ts";

export class StepWorker {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(network: NetworkName): Promise<StepWorker> {
    const worker = new Worker(new URL("step-worker-thread.ts", import.meta.url), { workerData: network });
    await once(worker, "message");
    return new StepWorker(worker);
  }

  /** Runs `steps` steps, and returns the duration of each in milliseconds. */
  async run(steps: number): Promise<number[]> {
    this.#worker.postMessage(steps);
    const [times] = await once(this.#worker, "message");
    return times as number[];
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
