// How much memory a training will take, said before it begins, and how much there is. The figures are of runs of
// `npm run bench -- --only memory` and of smaller ones; they are rounded up, and arbitrary beyond these networks.

import { totalmem } from "node:os";
import { gigabytes } from "../../gigabytes.ts";
import type { QualityReport } from "../../signals/data/quality.ts";
import type { NetworkName } from "../networks/presets.ts";
import type { TrainEvent } from "./train-events.ts";

export interface TrainingMemory {
  readonly neededBytes: number;
  /** Of the machine, or of the container if that is less. */
  readonly totalBytes: number;
  /** Of these, what nobody uses. */
  readonly availableBytes: number;
}

/** Node.js, the engine and the report. */
const processBytes = 420e6;
/** A worker's engine and what it computes with, for windows of 200 samples in batches of 64. */
const workerBytes: Record<NetworkName, number> = { "1dcnn-bilstm": 200e6, compact: 80e6 };
/** The windows, once for all workers, and what the baseline and its rehearsals make of them at the end, by the same measure. */
const copies = 20;
const bytesPerNumber = 4;

/** @param quality of the recordings that were read; resampling makes the windows longer or shorter than these */
export function trainingMemory(
  {
    network,
    jobs,
    batchSize,
    window,
    rate,
    folds,
  }: { network: NetworkName; jobs: number; batchSize: number; window: number; rate: number; folds: number },
  quality: Pick<QualityReport, "seconds" | "channels">,
  machine: { total: number; constrained: number; available: number } = askMachine(),
): TrainingMemory {
  const numbers = quality.seconds * rate * Object.keys(quality.channels).length;
  const work = workerBytes[network] * Math.max(1, (batchSize * window) / (64 * 200));
  const limited = machine.constrained > 0 && machine.constrained < machine.total;
  return {
    neededBytes: Math.round(processBytes + Math.min(jobs, folds) * work + copies * bytesPerNumber * numbers),
    totalBytes: limited ? machine.constrained : machine.total,
    availableBytes: machine.available,
  };
}

function askMachine(): { total: number; constrained: number; available: number } {
  return { total: totalmem(), constrained: process.constrainedMemory(), available: process.availableMemory() };
}

/** Says what is needed and what there is, and warns if that is less. */
export function tellMemory(
  { neededBytes, totalBytes, availableBytes }: TrainingMemory,
  onEvent: (event: TrainEvent) => void,
): void {
  onEvent({ type: "memory", neededBytes, totalBytes, availableBytes });
  if (neededBytes <= availableBytes) return;
  onEvent({
    type: "warning",
    message:
      `This training may need ${gigabytes(neededBytes)}, and ${gigabytes(availableBytes)} of ${gigabytes(totalBytes)} are free: ` +
      "it may be slow, or be ended by the system. Use fewer --jobs, a smaller --batch-size or --network compact, or fewer recordings.",
  });
}
