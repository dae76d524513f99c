// Passes a device's summary through the quality gate. The faults, limits and messages are the same as for recordings in files.

import { counted } from "../../counted.ts";
import type { FaultDescription } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { summarizedBatchFaults } from "../../signals/data/batch-faults.ts";
import { channelContentWarnings } from "../../signals/data/channel-content.ts";
import { qualityGateNotes } from "../../signals/data/quality-gate.ts";
import type { RowTimes } from "../../signals/data/stored-rows.ts";
import { storedResampling } from "../../storage/stored-config.ts";
import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { DeviceSummary } from "../summaries/device-summary.ts";
import { gateBatchChannels } from "./gate-batch.ts";
import type { MeasuredBatch } from "./stream-state.ts";
import type { WatchedModel } from "./watched-model.ts";

export type GatedSummary =
  | { readonly accepted: true; readonly measured: MeasuredBatch }
  | { readonly accepted: false; readonly reasons: readonly FaultDescription[] };

/** Times of the first and last rows; on a clock that begins at 0 if the summary does not say when they were recorded. */
export function rowTimesOfGatedSummary(
  { rows, quality, recorded }: DeviceSummary,
  { config }: Pick<WatchedModel, "config">,
): RowTimes {
  return recorded ?? { from: 0, to: quality?.lost.of_seconds ?? rows / config.rate };
}

/** @throws UserError if the gate finds no fault, but the summary contains no window to judge */
export function gateSummary(summary: DeviceSummary, watched: WatchedModel): GatedSummary {
  const { rows, dropped, measurement, quality, still, turning, rest } = summary;
  const { rate: samplingRateHz, window } = watched.config;
  const { channels } = watched.folder.manifest.data;
  const expected = {
    channels: gateBatchChannels(
      channels,
      channels,
      watched.baseline,
      channels.map(() => 1),
    ),
    samplingRateHz,
    windowSeconds: window / samplingRateHz,
    resampling: storedResampling(watched.config),
  };
  const reasons = quality === undefined ? [] : summarizedBatchFaults(quality, expected);
  if (reasons.length > 0) return { accepted: false, reasons };
  if (measurement === null) {
    throw new UserError("summary: expected a measurement of at least one window, got none", {
      advice: "Summarise all windows of the batch, with their probabilities.",
    });
  }
  const leftOut = dropped.missing_time + dropped.missing_values + dropped.duplicate_time;
  const warnings =
    quality === undefined
      ? leftOut === 0
        ? []
        : [`Left out on the device: ${counted(leftOut, "row")}.`]
      : [
          ...channelContentWarnings(quality.channels, quality.seconds),
          ...qualityGateNotes({ channels: quality.channels, dropped, per_recording: quality.recordings }, expected),
        ];
  return {
    accepted: true,
    measured: {
      rows,
      measurement,
      columns: null,
      leftOut: [
        ...(quality === undefined ? (["quality"] as const) : []),
        ...(still === undefined ? (["still"] as const) : []),
        "impossible",
        "likely_causes",
      ],
      undone: [],
      windows: measurement.signals.windows,
      samples: measurement.byClass.reduce((sum, own) => sum + batchSummaryRows(own), 0),
      ...(still !== undefined && { still }),
      ...(turning !== undefined && { turning }),
      ...(rest !== undefined && { rest }),
      warnings,
    },
  };
}
