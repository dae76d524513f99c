// The summary that a device sends instead of a batch's samples: counts and moments by predicted class, and counts of the
// network's output.

import type { DroppedRows } from "../../signals/preprocessing/incoming-rows.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { ChannelSummary } from "./batch-summary.ts";
import type { ModelSignals } from "./model-signals.ts";

/** A summarised batch, ready to send. */
export interface DeviceSummary {
  /** Version of the model with which the batch was measured. */
  readonly modelVersion: string;
  /** Recorded rows that were kept. */
  readonly rows: number;
  /** Recorded rows that were left out. */
  readonly dropped: DroppedRows;
  /** The measurement, in the same form as `check` makes it. */
  readonly measurement: BatchMeasurement;
}

/** The JSON form of a `DeviceSummary`. */
export interface DeviceSummaryJson {
  readonly schema_version: 1;
  /** Version of the model with which the batch was measured. */
  readonly model_version: string;
  /** Recorded rows that were kept. */
  readonly rows: number;
  /** Recorded rows that were left out. */
  readonly dropped: DroppedRows;
  /** [K] by predicted class (null without samples), then by channel, including signals computed from a sensor's axes. */
  readonly by_class: readonly (Readonly<Record<string, ChannelSummaryJson>> | null)[];
  /** Output of the network on the windows. */
  readonly signals: Omit<ModelSignals, "classCounts"> & { readonly class_counts: readonly number[] };
}

/** A channel's summary as JSON. */
export type ChannelSummaryJson = Omit<ChannelSummary, "excessBelow" | "excessAbove"> & {
  /** `excessBelow`. */
  readonly excess_below: number;
  /** `excessAbove`. */
  readonly excess_above: number;
};

/** For programs that read JSON; the bytes from `encodeSummary` are shorter. */
export function summaryToJson({ modelVersion, rows, dropped, measurement }: DeviceSummary): DeviceSummaryJson {
  const { classCounts, ...signals } = measurement.signals;
  const by_class = measurement.byClass.map((summary) =>
    mapDeviceSummaryChannels(summary, ({ excessBelow: excess_below, excessAbove: excess_above, ...own }) => ({
      ...own,
      excess_below,
      excess_above,
    })),
  );
  return {
    schema_version: 1,
    model_version: modelVersion,
    rows,
    dropped,
    by_class,
    signals: { ...signals, class_counts: classCounts },
  };
}

export function summaryFromJson({ model_version, rows, dropped, by_class, signals }: DeviceSummaryJson): DeviceSummary {
  const { class_counts: classCounts, ...own } = signals;
  const byClass = by_class.map((summary) =>
    mapDeviceSummaryChannels(summary, ({ excess_below: excessBelow, excess_above: excessAbove, ...own }) => ({
      ...own,
      excessBelow,
      excessAbove,
    })),
  );
  return { modelVersion: model_version, rows, dropped, measurement: { byClass, signals: { ...own, classCounts } } };
}

function mapDeviceSummaryChannels<A, B>(
  summary: Readonly<Record<string, A>> | null,
  map: (channel: A) => B,
): Record<string, B> | null {
  if (summary === null) return null;
  return Object.fromEntries(Object.entries(summary).map(([name, channel]) => [name, map(channel)]));
}
