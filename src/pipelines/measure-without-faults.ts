// A batch may differ from its references because of a reversible fault, such as a wrong unit. The beginning of such a batch is
// therefore measured again for each suspected fault, with this fault undone and with new predictions from the network.

import type { WindowPredictor } from "../learning/training/window-predictor.ts";
import type { UndoneFault } from "../monitoring/drift/likely-causes.ts";
import { suspectFaults } from "../monitoring/drift/suspect-faults.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { BatchMeasurer, measuredBatchColumns } from "../monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../monitoring/summaries/summarize.ts";
import type { WindowChunk } from "../signals/data/window-chunks.ts";
import { allocateSharedWindows, type WindowSet } from "../signals/data/windows.ts";

/**
 * @param chunk the beginning of the batch
 * @param columns [N] samples per channel of the whole batch, or some of them if it is long; used to find suspected faults
 */
export async function measureWithoutFaults(
  chunk: WindowChunk,
  columns: Columns,
  threads: number,
  { watched, predictor }: { readonly watched: WatchedModel; readonly predictor: WindowPredictor },
): Promise<UndoneFault[]> {
  const { drift, model, sensors, config } = watched;
  const measured: UndoneFault[] = [];
  const known = sensorsWithSignals(sensors, drift.edges);
  for (const { undo, ...fault } of suspectFaults(columns, model.baseline, sensors, config.rate)) {
    const windows = withoutFaultyColumns(chunk.windows, undo(measuredBatchColumns(chunk.windows)));
    const summarizer = new Summarizer(drift.edges);
    const measurer = new BatchMeasurer({
      overlap: config.overlap,
      nClasses: drift.classes.length,
      sensors: known,
      summarizer,
    });
    measurer.add({ windows, runs: chunk.runs }, await predictor.predict(windows, { threads }));
    measured.push({ fault, byClass: measurer.measurement().byClass });
  }
  return measured;
}

/** The same windows, with the values of some channels replaced. */
function withoutFaultyColumns(windows: WindowSet, changed: Columns): WindowSet {
  const size = windows.channels.length;
  const samples = allocateSharedWindows(windows.samples.length);
  samples.set(windows.samples);
  for (const [c, name] of windows.channels.entries()) {
    const column = changed[name];
    if (column !== undefined) for (let i = 0; i < column.length; i++) samples[i * size + c] = column[i]!;
  }
  return { ...windows, samples };
}
