// A batch on the device that records it: takes samples as they arrive, and returns windows and a summary. The summary equals
// the one that `check` computes, using the same code, for a file with the same rows. Dimensions: N rows in a piece, C channels,
// W windows, K classes.

import { type BatchQuality, measureBatchQuality } from "../../signals/data/batch-quality.ts";
import { type DroppedRows, IncomingRows } from "../../signals/data/incoming-rows.ts";
import { planWornWindowsOrNull } from "../../signals/data/plan-worn-windows.ts";
import type { SampledRows } from "../../signals/data/sampled-rows.ts";
import { sinceEpoch } from "../../signals/data/since-epoch.ts";
import type { StillSummary } from "../../signals/data/still-time.ts";
import { type WindowChunk, windowChunks } from "../../signals/data/window-chunks.ts";
import type { DeviceModel } from "./device-json.ts";
import type { DeviceSummary, RecordedTime } from "./device-summary.ts";
import { BatchMeasurer } from "./measure-batch.ts";
import { sensorSignalMargin, sensorsWithSignals } from "./sensor-signals.ts";
import { Summarizer } from "./summarize.ts";

export type { DroppedRows } from "../../signals/data/incoming-rows.ts";
export type { Run, WindowChunk } from "../../signals/data/window-chunks.ts";
export type { WindowSet } from "../../signals/data/windows.ts";

/** Rows of one recording, in time order. */
export interface Piece {
  /** [N] times in seconds, ascending within a recording. */
  readonly time: ArrayLike<number>;
  /** [C] columns of [N] values, in the order of the model's channels and in the units of its sensors. */
  readonly columns: readonly ArrayLike<number>[];
  /**
   * Name of the recording. A batch may contain several recordings; no window spans two of them. Default: one unnamed recording.
   */
  readonly recording?: string;
}

/** The windows over the rows that have arrived so far. */
export interface BatchWindows {
  /** W, the number of windows. */
  readonly count: number;
  /** The windows in order, in chunks of about six million values (a million samples of six channels). */
  readonly chunks: readonly WindowChunk[];
  /** Rows that were kept. */
  readonly rows: number;
  /** Number of rows left out. */
  readonly dropped: DroppedRows;
  /** Figures that the quality gate bases its decision on. */
  readonly quality: BatchQuality;
  /** Time without movement; it is left out unless no window would remain. */
  readonly still: StillSummary;
  /** When the rows were recorded; absent if the clock shows no dates, for example because it begins at 0. */
  readonly recorded?: RecordedTime;
}

const allocateForDeviceBatch = (length: number): Float32Array => new Float32Array(length);

/** Gathers the rows of one batch. It does not judge the batch. */
export class DeviceBatch {
  readonly #model: DeviceModel;
  readonly #rows: IncomingRows;

  constructor(model: DeviceModel) {
    this.#model = model;
    this.#rows = new IncomingRows(model.channels);
  }

  /** Number of rows kept so far; excludes rows with a repeated time, and rows with a time or value that is not finite. */
  get rows(): number {
    return this.#rows.rows;
  }

  /**
   * Accepts either all of a piece or none of it.
   * @throws UserError if time runs backwards within a recording
   * @throws RangeError if the number of columns differs from the number of channels, or the columns differ in length
   */
  add({ time, columns, recording = "" }: Piece): void {
    this.#rows.add(time, columns, recording);
  }

  /**
   * The windows over all rows so far; none if no gap-free stretch is long enough. Later rows may change the estimated rate and
   * the gaps, and therefore the earlier windows. A summary uses the windows over the whole batch.
   */
  windows(): BatchWindows {
    const { sampling_rate_hz: samplingRateHz, window_size: windowSize, sensors, ranges = {} } = this.#model;
    const { overlap, resampling = "linear" } = this.#model;
    const source = this.#rows.source();
    const windowSeconds = windowSize / samplingRateHz;
    const quality = measureBatchQuality(source, this.#rows.arrived, { samplingRateHz, windowSeconds, ranges });
    // A clock that is far too slow leaves no windows, which the quality gate then reports.
    const options = { samplingRateHz, windowSize, overlap, resampling };
    const { rows, plan, still } = planWornWindowsOrNull(source, sensors, options);
    const { ranges: _, ...stillness } = still;
    const recorded = recordedTimeOfDeviceBatch(source);
    const chunks =
      plan === null ? [] : [...windowChunks(rows, plan, sensorSignalMargin(samplingRateHz), allocateForDeviceBatch)];
    return {
      count: plan?.windows ?? 0,
      chunks,
      rows: this.#rows.rows,
      dropped: this.#rows.dropped,
      quality,
      still: stillness,
      ...(recorded !== undefined && { recorded }),
    };
  }

  /**
   * Summarises the batch the way `check` does.
   * @param probabilities [W, K] output of model.onnx for these windows, in the same order
   * @throws RangeError if the numbers are not probabilities
   */
  summarize({ count, chunks, ...measured }: BatchWindows, probabilities: Float32Array): DeviceSummary {
    const { overlap, classes, sensors, edges, model_version: modelVersion } = this.#model;
    const nClasses = classes.length;
    if (probabilities.length !== count * nClasses) {
      throw new RangeError(`summarize: expected ${count} x ${nClasses} probabilities, got ${probabilities.length}`);
    }
    const described = { modelVersion, ...measured };
    if (count === 0) return { ...described, measurement: null };
    const measurer = new BatchMeasurer({
      overlap,
      nClasses,
      sensors: sensorsWithSignals(sensors, edges),
      summarizer: new Summarizer(edges),
    });
    let at = 0;
    for (const chunk of chunks) {
      const end = at + chunk.windows.starts.length * nClasses;
      measurer.add(chunk, probabilities.subarray(at, end));
      at = end;
    }
    return { ...described, ...measurer.physics, measurement: measurer.measurement() };
  }
}

function recordedTimeOfDeviceBatch({ recordings, time }: SampledRows): RecordedTime | undefined {
  const times = recordings.flatMap(({ start, end }) => [time(start, start + 1)[0]!, time(end - 1, end)[0]!]);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return from >= sinceEpoch.from && to <= sinceEpoch.to && from <= to ? { from, to } : undefined;
}
