// A batch on the device that records it. It takes samples as they arrive, and returns windows and a summary. It computes the
// same summary as `check` does for a file with the same rows, and with the same code. Dimensions: N rows of a piece, C
// channels, W windows, K classes.

import { type DroppedRows, IncomingRows } from "../../signals/preprocessing/incoming-rows.ts";
import { planAnyWindows } from "../../signals/preprocessing/plan-windows.ts";
import { type WindowChunk, windowChunks } from "../../signals/preprocessing/window-chunks.ts";
import type { DeviceModel } from "./device-json.ts";
import type { DeviceSummary } from "./device-summary.ts";
import { BatchMeasurer } from "./measure-batch.ts";
import { sensorSignalMargin, sensorsWithSignals } from "./sensor-signals.ts";
import { Summarizer } from "./summarize.ts";

export type { DroppedRows } from "../../signals/preprocessing/incoming-rows.ts";
export type { Run, WindowChunk } from "../../signals/preprocessing/window-chunks.ts";
export type { WindowSet } from "../../signals/preprocessing/windows.ts";

/** Rows of one recording, in time order. */
export interface Piece {
  /** [N] seconds on a clock that only goes forward. */
  readonly time: ArrayLike<number>;
  /** [C] columns of [N] values, in the order of the model's channels and in the units of its sensors. */
  readonly columns: readonly ArrayLike<number>[];
  /**
   * Name of the recording. A batch may hold several recordings; no window spans two of them. Default: one unnamed recording.
   */
  readonly recording?: string;
}

/** The windows of the rows that have arrived so far. */
export interface BatchWindows {
  /** W, the number of windows. */
  readonly count: number;
  /** The pieces of the batch: only one, unless it is longer than a million samples. */
  readonly chunks: readonly WindowChunk[];
  /** Rows that were kept. */
  readonly rows: number;
  /** Rows that were left out. */
  readonly dropped: DroppedRows;
}

const allocateOnDevice = (length: number): Float32Array => new Float32Array(length);

/** Gathers the rows of one batch. It does not judge the batch. */
export class DeviceBatch {
  readonly #model: DeviceModel;
  readonly #rows: IncomingRows;

  constructor(model: DeviceModel) {
    this.#model = model;
    this.#rows = new IncomingRows(model.channels);
  }

  /** Number of rows so far, without dropped rows, whose time repeats or whose values are not all finite. */
  get rows(): number {
    return this.#rows.rows;
  }

  /**
   * Accepts a whole piece or none of it.
   * @throws UserError if time runs backwards within a recording
   * @throws RangeError if the number of columns differs from the number of channels, or the columns differ in length
   */
  add({ time, columns, recording = "" }: Piece): void {
    this.#rows.add(time, columns, recording);
  }

  /**
   * The windows of all rows so far; none if no stretch without a gap is long enough. Later rows may change the estimated rate
   * and the gaps, and with them the earlier windows. A summary uses the windows of the whole batch.
   * @throws UserError if a recording has fewer than a hundredth of the samples that it should have at the model's rate
   */
  windows(): BatchWindows {
    const { sampling_rate_hz: samplingRateHz, window_size: windowSize, overlap, resampling = "linear" } = this.#model;
    const source = this.#rows.source();
    const plan = planAnyWindows(source, { samplingRateHz, windowSize, overlap, resampling });
    const chunks = [...windowChunks(source, plan, sensorSignalMargin(samplingRateHz), undefined, allocateOnDevice)];
    return { count: plan.windows, chunks, rows: this.#rows.rows, dropped: this.#rows.dropped };
  }

  /**
   * Summarises the batch in the same way as `check`.
   * @param probabilities [W, K] output of model.onnx for these windows, in their order
   * @throws RangeError if there are no windows, or the numbers are not probabilities
   */
  summarize({ count, chunks, rows, dropped }: BatchWindows, probabilities: Float32Array): DeviceSummary {
    const { overlap, classes, sensors, edges, model_version: modelVersion } = this.#model;
    const nClasses = classes.length;
    if (count === 0) throw new RangeError("summarize: expected at least one window, got none");
    if (probabilities.length !== count * nClasses) {
      throw new RangeError(
        `summarize: expected ${count} x ${nClasses} probabilities (windows x classes), got ${probabilities.length}`,
      );
    }
    const measurer = new BatchMeasurer({
      overlap,
      nClasses,
      sensors: sensorsWithSignals(sensors, edges),
      summarizer: new Summarizer(edges),
    });
    let at = 0;
    for (const chunk of chunks) {
      const end = at + chunk.windows.starts.length * nClasses;
      measurer.add(chunk, probabilities.subarray(at, end), 0);
      at = end;
    }
    return { modelVersion, rows, dropped, measurement: measurer.measurement() };
  }
}
