// Estimates how much memory a training run will need, before its windows are loaded, and measures how much is available. Memory
// use peaks either while folds are fitted or at the end, when the baseline is computed and calibrated. The figures come from
// `npm run bench -- --only memory,training-memory`, rounded up; for other networks, they are only a guess.

import { totalmem } from "node:os";
import { gigabytes } from "../../gigabytes.ts";
import type { Reporter } from "../../reporter.ts";
import { kernelCountType, kernelFeatureCount, kernelGroups } from "../networks/minirocket-kernels.ts";
import type { MemoryEvent } from "./fit-events.ts";
import { hasPenalty } from "./has-penalty.ts";
import { isTrainedInMiniBatches } from "./trained-in-mini-batches.ts";

export interface TrainingMemory {
  /** Peak use, including what the process already holds. */
  readonly neededBytes: number;
  readonly heldBytes: number;
  /** Total memory of the machine, or of the container if that is less. */
  readonly totalBytes: number;
  /** Unused part of the total. */
  readonly availableBytes: number;
}

/** Memory of the process and of the machine. */
interface Machine {
  readonly held: number;
  readonly total: number;
  readonly constrained: number;
  readonly available: number;
}

/** Memory for a worker's JavaScript engine and its working data, for windows of 200 samples in batches of 64. */
const workerBytes: Readonly<Record<string, number>> = {
  "1dcnn-bilstm": 500e6,
  compact: 200e6,
  minirocket: 300e6,
  ensemble: 500e6,
  auto: 500e6,
};
/** A guess for networks that are not in the list. */
const otherWorkerBytes = 500e6;
/** Memory for the calibration, which does not depend on the number of windows. */
const rehearsalBytes = 340e6;
/** Memory for the summaries of all chunks, as a fraction of the memory for the windows. */
const chunkShare = 0.8;
const bytesPerNumber = 4;
/** Number of columns that the baseline needs at the same time: a signal, its sorted copies, and the class of each sample. */
const columnsOfBaseline = 4;

/** @param planned number of samples covered by the windows, each counted once */
export function trainingMemory(
  {
    network,
    jobs,
    batchSize,
    window,
    overlap,
    folds,
    augment,
  }: {
    network: string;
    jobs: number;
    batchSize: number;
    window: number;
    overlap: number;
    folds: number;
    augment: "none" | "rotate";
  },
  { samples, channels }: { samples: number; channels: number },
  machine: Machine = machineMemory(),
): TrainingMemory {
  const windows = bytesPerNumber * samples * channels;
  const steps = isTrainedInMiniBatches(network) ? Math.max(1, (batchSize * window) / (64 * 200)) : 1;
  const copies = augment === "rotate" ? 2 : 1;
  const counts = hasPenalty(network)
    ? copies * memoryOfCountedFeatures(window) * (samples / (window * (1 - overlap)))
    : 0;
  const work = (workerBytes[network] ?? otherWorkerBytes) * steps + counts;
  const fits = Math.min(jobs, folds) * work;
  const baseline = rehearsalBytes + chunkShare * windows + columnsOfBaseline * bytesPerNumber * samples;
  const limited = machine.constrained > 0 && machine.constrained < machine.total;
  return {
    heldBytes: machine.held,
    neededBytes: Math.round(machine.held + windows + Math.max(fits, baseline)),
    totalBytes: limited ? machine.constrained : machine.total,
    availableBytes: machine.available,
  };
}

/** Size in bytes of one window's counted features. */
function memoryOfCountedFeatures(window: number): number {
  return kernelFeatureCount(kernelGroups(window)) * (kernelCountType(window) === "uint8" ? 1 : 2);
}

function machineMemory(): Machine {
  const held = process.memoryUsage.rss();
  return { held, total: totalmem(), constrained: process.constrainedMemory(), available: process.availableMemory() };
}

/** Reports the memory needed and available, and warns if there is too little. */
export function reportTrainingMemory(
  { neededBytes, heldBytes, totalBytes, availableBytes }: TrainingMemory,
  reporter: Reporter<MemoryEvent>,
  advice: string,
): void {
  reporter.event({ type: "memory", neededBytes, totalBytes, availableBytes });
  if (neededBytes - heldBytes <= availableBytes) return;
  reporter.warn(
    `This training run may need ${gigabytes(neededBytes - heldBytes)} more memory, but only ${gigabytes(availableBytes)} of ${gigabytes(totalBytes)} is free. ` +
      `It may be slow, or the system may end it. ${advice}`,
  );
}
