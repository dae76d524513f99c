// How much memory a training will take, said before its windows are in memory, and how much there is. It is most while folds
// are fitted, or at the end, when the baseline is made and rehearsed. The figures are of runs of `npm run bench -- --only
// memory,training-memory`, rounded up, and arbitrary beyond these networks.

import { totalmem } from "node:os";
import { gigabytes } from "../../gigabytes.ts";
import type { Reporter } from "../../reporter.ts";
import type { NetworkName } from "../networks/presets.ts";
import type { MemoryEvent } from "./fit-events.ts";

export interface TrainingMemory {
  /** At its most, with what the process holds already. */
  readonly neededBytes: number;
  readonly heldBytes: number;
  /** Of the machine, or of the container if that is less. */
  readonly totalBytes: number;
  /** Of these, what nobody uses. */
  readonly availableBytes: number;
}

/** What the process holds, and the machine has. */
interface Machine {
  readonly held: number;
  readonly total: number;
  readonly constrained: number;
  readonly available: number;
}

/** A worker's engine and what it computes with, for windows of 200 samples in batches of 64. */
const workerBytes: Record<NetworkName, number> = { "1dcnn-bilstm": 500e6, compact: 200e6 };
/** Calibration, whatever the number of windows. */
const rehearsalBytes = 340e6;
/** The summaries of all chunks, as a share of the windows. */
const chunkShare = 0.8;
const bytesPerNumber = 4;
/** One signal, the room in which it is sorted, and the class of each sample. */
const columnsOfBaseline = 4;

/** @param planned samples under the windows, each once */
export function trainingMemory(
  {
    network,
    jobs,
    batchSize,
    window,
    folds,
  }: { network: NetworkName; jobs: number; batchSize: number; window: number; folds: number },
  { samples, channels }: { samples: number; channels: number },
  machine: Machine = askMachine(),
): TrainingMemory {
  const windows = bytesPerNumber * samples * channels;
  const work = workerBytes[network] * Math.max(1, (batchSize * window) / (64 * 200));
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

function askMachine(): Machine {
  const held = process.memoryUsage.rss();
  return { held, total: totalmem(), constrained: process.constrainedMemory(), available: process.availableMemory() };
}

/** Says what is needed and what there is, and warns if that is less. */
export function tellMemory(
  { neededBytes, heldBytes, totalBytes, availableBytes }: TrainingMemory,
  reporter: Reporter<MemoryEvent>,
  advice: string,
): void {
  reporter.event({ type: "memory", neededBytes, totalBytes, availableBytes });
  if (neededBytes - heldBytes <= availableBytes) return;
  reporter.warn(
    `This training may need ${gigabytes(neededBytes - heldBytes)} more, and ${gigabytes(availableBytes)} of ${gigabytes(totalBytes)} are free: ` +
      `it may be slow, or be ended by the system. ${advice}`,
  );
}
