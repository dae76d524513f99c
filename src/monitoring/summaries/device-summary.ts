// The summary that a device sends in place of a batch's samples: counts and moments by predicted class, and counts over the
// network's output.

import type { BatchQuality } from "../../signals/data/batch-quality.ts";
import type { DroppedRows } from "../../signals/data/incoming-rows.ts";
import type { StillSummary } from "../../signals/data/still-time.ts";
import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchPhysics } from "./batch-physics.ts";
import type { ChannelSummary } from "./batch-summary.ts";
import type { ModelSignals } from "./model-signals.ts";
import type { RestSums } from "./rest-sums.ts";
import type { TurningSums } from "./turning-scale.ts";

export type { AbsurdSample, KnownRange } from "../../signals/data/absurd-values.ts";
export type {
  ArrivedFaults,
  BatchQuality,
  ChannelContent,
  LostTime,
  RecordingQuality,
  UsableTime,
} from "../../signals/data/batch-quality.ts";
export type { StillSummary } from "../../signals/data/still-time.ts";

/** A summarised batch, ready to send. */
export interface DeviceSummary extends BatchPhysics {
  /** Version of the model that the batch was measured with. */
  readonly modelVersion: string;
  /** Number of recorded rows that were kept. */
  readonly rows: number;
  /** Numbers of recorded rows that were left out, by reason. */
  readonly dropped: DroppedRows;
  /** The measurement, in the same form as `check` produces it; null if there was no window. */
  readonly measurement: BatchMeasurement | null;
  /** Figures that the quality gate bases its decision on; absent from earlier versions. */
  readonly quality?: BatchQuality;
  /**
   * Time without movement, which was left out of the measurement; absent from earlier versions, which did not leave out any
   * time.
   */
  readonly still?: StillSummary;
  /** When the rows were recorded; absent if the device's clock shows no dates, and from earlier versions. */
  readonly recorded?: RecordedTime;
}

/** Times of the first and the last row. */
export interface RecordedTime {
  /** Seconds since 1970. */
  readonly from: number;
  /** Seconds since 1970, at least `from`. */
  readonly to: number;
}

/** The JSON form of a `DeviceSummary`. */
export interface DeviceSummaryJson {
  readonly schema_version: 1;
  /** Version of the model that the batch was measured with. */
  readonly model_version: string;
  /** Number of recorded rows that were kept. */
  readonly rows: number;
  /** Numbers of recorded rows that were left out, by reason. */
  readonly dropped: DroppedRows;
  /**
   * [K] by predicted class (null for a class without samples), then by channel, including signals computed from a sensor's
   * axes.
   */
  readonly by_class: readonly (Readonly<Record<string, ChannelSummaryJson>> | null)[] | null;
  /** The network's output for the windows; null, like `by_class`, if there was no window. */
  readonly signals:
    | (Omit<ModelSignals, "classCounts"> & {
        /** [K] number of windows by predicted class. */
        readonly class_counts: readonly number[];
      })
    | null;
  /** Figures that the quality gate bases its decision on; absent from earlier versions. */
  readonly quality?: BatchQuality;
  /** Time without movement, in seconds; see `StillSummary`. Absent from earlier versions. */
  readonly still?: {
    /** Time that was left out. */
    readonly seconds: number;
    /** Duration of all rows. */
    readonly of_seconds: number;
    /** How long nothing had moved by the time of the last row. */
    readonly at_end: number;
    /** Whether nothing moved from the first row to the last. */
    readonly throughout: boolean;
    /** Whether nothing of the batch is left to judge. */
    readonly is_all: boolean;
    /** Whether the time that was left out extends to the last row. */
    readonly is_at_end: boolean;
  };
  /**
   * How far gravity turned, compared with the turns measured by the gyroscope; see `TurningSums`. Absent if no two sensors
   * measure the same turns, and from summaries of earlier versions.
   */
  readonly turning?: TurningSums;
  /**
   * What the sensors measured at rest; see `RestSums`. Absent without an accelerometer with gravity, and from summaries of
   * earlier versions.
   */
  readonly rest?: RestSums;
  /**
   * Times of the first and the last row in seconds since 1970. Absent if the device's clock shows no dates, and
   * from summaries of earlier versions.
   */
  readonly recorded?: RecordedTime;
}

/** A channel's summary as JSON. */
export type ChannelSummaryJson = Omit<ChannelSummary, "excessBelow" | "excessAbove"> & {
  /** `excessBelow`. */
  readonly excess_below: number;
  /** `excessAbove`. */
  readonly excess_above: number;
};

/** Returns a summary for programs that read JSON; the bytes returned by `encodeSummary` are shorter. */
export function summaryToJson({ modelVersion, measurement, still, ...others }: DeviceSummary): DeviceSummaryJson {
  const measured =
    measurement === null
      ? { by_class: null, signals: null }
      : {
          by_class: deviceSummaryClassesToJson(measurement.byClass),
          signals: deviceSummarySignalsToJson(measurement.signals),
        };
  return {
    schema_version: 1,
    model_version: modelVersion,
    ...others,
    ...measured,
    ...(still !== undefined && {
      still: {
        seconds: still.seconds,
        of_seconds: still.ofSeconds,
        at_end: still.atEnd,
        throughout: still.throughout,
        is_all: still.isAll,
        is_at_end: still.isAtEnd,
      },
    }),
  };
}

function deviceSummaryClassesToJson(byClass: BatchMeasurement["byClass"]): NonNullable<DeviceSummaryJson["by_class"]> {
  return byClass.map((summary) =>
    mapDeviceSummaryChannels(summary, ({ excessBelow: excess_below, excessAbove: excess_above, ...own }) => ({
      ...own,
      excess_below,
      excess_above,
    })),
  );
}

function deviceSummarySignalsToJson({
  classCounts,
  ...signals
}: ModelSignals): NonNullable<DeviceSummaryJson["signals"]> {
  return { ...signals, class_counts: classCounts };
}

export function deviceSummaryFromJson(json: DeviceSummaryJson): DeviceSummary {
  const {
    model_version: modelVersion,
    rows,
    dropped,
    by_class,
    signals,
    quality,
    still,
    turning,
    rest,
    recorded,
  } = json;
  return {
    modelVersion,
    rows,
    dropped,
    measurement: by_class === null || signals === null ? null : deviceSummaryMeasurement(by_class, signals),
    ...(quality !== undefined && { quality }),
    ...(still !== undefined && {
      still: {
        seconds: still.seconds,
        ofSeconds: still.of_seconds,
        throughout: still.throughout,
        isAll: still.is_all,
        isAtEnd: still.is_at_end,
        atEnd: still.at_end,
      },
    }),
    ...(turning !== undefined && { turning }),
    ...(rest !== undefined && { rest }),
    ...(recorded !== undefined && { recorded }),
  };
}

function deviceSummaryMeasurement(
  byClass: NonNullable<DeviceSummaryJson["by_class"]>,
  { class_counts: classCounts, ...signals }: NonNullable<DeviceSummaryJson["signals"]>,
): BatchMeasurement {
  return {
    byClass: byClass.map((summary) =>
      mapDeviceSummaryChannels(summary, ({ excess_below: excessBelow, excess_above: excessAbove, ...own }) => ({
        ...own,
        excessBelow,
        excessAbove,
      })),
    ),
    signals: { ...signals, classCounts },
  };
}

function mapDeviceSummaryChannels<A, B>(
  summary: Readonly<Record<string, A>> | null,
  map: (channel: A) => B,
): Record<string, B> | null {
  if (summary === null) return null;
  return Object.fromEntries(Object.entries(summary).map(([name, channel]) => [name, map(channel)]));
}
