// Measures an accepted batch: cuts its windows, predicts their classes, and summarises the windows of each class.

import type { WindowPredictor } from "../learning/training/window-predictor.ts";
import type { UndoneFault } from "../monitoring/drift/likely-causes.ts";
import type { MeasuredBatch } from "../monitoring/streams/stream-state.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { firstSamplesOfColumns, joinColumns } from "../monitoring/summaries/join-columns.ts";
import { BatchMeasurer } from "../monitoring/summaries/measure-batch.ts";
import { sensorSignalMargin, sensorsWithSignals } from "../monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../monitoring/summaries/summarize.ts";
import { planSpans } from "../signals/data/plan-spans.ts";
import { faultOfEmptyWindowPlan } from "../signals/data/plan-windows.ts";
import { planWornWindows } from "../signals/data/plan-worn-windows.ts";
import type { OpenedBatch } from "../signals/data/quality-gate.ts";
import { recordingsWithRenamedChannels } from "../signals/data/recordings.ts";
import { windowChunkCount, windowChunks } from "../signals/data/window-chunks.ts";
import { allocateSharedWindows } from "../signals/data/windows.ts";
import { measureWithoutFaults } from "./measure-without-faults.ts";
import { windowsOfModel } from "./windows-of-model.ts";

/** The parts of an opened model that measure a batch. */
interface MeasuringModel {
  readonly watched: WatchedModel;
  readonly predictor: WindowPredictor;
}

/** Maximum number of samples per channel that are searched for likely causes if a batch consists of several chunks. */
const samplesToDiagnose = 2 ** 20;
/**
 * Approximate length of the part of a batch that is measured again for each suspected fault, with this fault undone; equals the
 * length of the longest rehearsed batches.
 */
const secondsToRestore = 900;

/**
 * @returns the batch, and a function that measures the batch's beginning again for each suspected fault, with this fault
 * undone; only an unusual batch needs this function
 */
export async function measureCheckedBatch(
  { opened, warnings }: Extract<OpenedBatch, { accepted: true }>,
  threads: number,
  { watched, predictor }: MeasuringModel,
): Promise<{ readonly measured: MeasuredBatch; readonly undoFaults: () => Promise<UndoneFault[]> }> {
  const { folder, config: trained, drift, sensors } = watched;
  const all = recordingsWithRenamedChannels(opened.rows, folder.manifest.data.channels);
  const { rate, overlap } = trained;
  const { rows, plan, still } = planWornWindows(all, sensors, windowsOfModel(trained), planSpans);
  if (plan.windows === 0) throw faultOfEmptyWindowPlan(rows, plan);
  const nClasses = drift.classes.length;
  const measurer = new BatchMeasurer({
    overlap,
    nClasses,
    sensors: sensorsWithSignals(sensors, drift.edges),
    summarizer: new Summarizer(drift.edges),
  });
  const chunks = windowChunkCount(plan, rows.channels.length);
  const keep = chunks === 1 ? Number.POSITIVE_INFINITY : Math.floor(samplesToDiagnose / chunks);
  const kept: Columns[] = [];
  for (const chunk of windowChunks(rows, plan, sensorSignalMargin(rate), allocateSharedWindows)) {
    const columns = measurer.add(chunk, await predictor.predict(chunk.windows, { threads }));
    kept.push(firstSamplesOfColumns(columns, chunk.windows.channels, keep));
  }
  const columns = joinColumns(kept);
  const measured: MeasuredBatch = {
    rows: opened.rows.rows,
    samples: measurer.samples,
    columns,
    undone: null,
    windows: plan.windows,
    measurement: measurer.measurement(),
    ...measurer.physics,
    still,
    warnings,
  };
  const samplesToRestore = secondsToRestore * rate * rows.channels.length;
  const undoFaults = async (): Promise<UndoneFault[]> => {
    const [beginning] = windowChunks(rows, plan, sensorSignalMargin(rate), allocateSharedWindows, samplesToRestore);
    return measureWithoutFaults(beginning!, columns, threads, { watched, predictor });
  };
  return { measured, undoFaults };
}
