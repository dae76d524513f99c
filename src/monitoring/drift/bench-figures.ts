// Summarises verdicts on streams that are known to change at a given batch or not to change at all.

import type { RehearsedDay } from "./calibration.ts";
import type { DriftVerdict } from "./drift-state.ts";

/**
 * A method that judges streams: this monitor, textbook thresholds, a KS p-value computed from raw counts, or an alarm on every
 * hundredth batch.
 */
export type JudgeName = "tidemark" | "constants" | "KS p-value" | "every 100";

/** One verdict per batch, in order. */
export type Verdicts = readonly DriftVerdict[];

/** Figures for one judge on streams without drift. */
export interface NoDriftFigures {
  /** Number of streams judged. */
  readonly streams: number;
  /** Total number of batches. */
  readonly batches: number;
  /** Share of batches with an alarm. */
  readonly alarms_per_batch: number;
  /** Number of batches per alarm, where an alarm counts once however long it lasts; null if there was no alarm. */
  readonly run_length: number | null;
}

/** Figures for one judge on streams with a change. */
export interface ChangeFigures {
  /** Number of streams judged. */
  readonly streams: number;
  /** Share of streams in which the change was detected by the first, second, ..., last changed batch. */
  readonly seen_by: readonly number[];
  /** Share of streams with an alarm that starts after the change. */
  readonly detected: number;
  /**
   * Median, over all streams, of the number of the batch that raised the first alarm after the change, counting the first
   * changed batch as number one. Null if the change was detected in at most half of the streams.
   */
  readonly median_delay: number | null;
  /** Share of streams in which the change was detected by the fifth changed batch. */
  readonly within_5: number;
  /** Share of streams in which the change was detected by the 25th changed batch. */
  readonly within_25: number;
  /**
   * Share of alarms that, five batches later, reported the correct kind of change; null if no alarm was followed by five
   * batches.
   */
  readonly label_right: number | null;
}

/** The complete result of the drift benchmark. */
export interface DriftBenchResult {
  /** The people whose recordings the streams were drawn from. */
  readonly people: readonly string[];
  /** Length of a batch. */
  readonly batch_seconds: number;
  /** Maximum number of batches per stream. In recorded order, a stream also ends where its person's recordings end. */
  readonly batches: number;
  /** Number of the first changed batch, counting from 0. */
  readonly change_at: number;
  /** Number of streams per person and change. */
  readonly streams: number;
  /** Order of the streams' days: as recorded, or in bouts whose lengths, in seconds, lie within a range. */
  readonly day: RehearsedDay;
  /** Seed for all random numbers. */
  readonly seed: number;
  /** Requested average number of batches between false alarms. */
  readonly arl: number;
  /** Figures for unchanged streams, by judge. */
  readonly no_drift: Readonly<Record<JudgeName, NoDriftFigures>>;
  /** Figures for each person's unchanged streams, in the order of `people`. */
  readonly no_drift_by_person: Readonly<Record<JudgeName, readonly NoDriftFigures[]>>;
  /** Figures for streams without drift whose later batches contain only half of the person's activities. */
  readonly other_mix: Readonly<Record<JudgeName, NoDriftFigures>>;
  /** Figures for each change, in catalogue order. */
  readonly changes: readonly {
    /** Name of the change, such as "offset of 1 sd in one channel". */
    readonly name: string;
    /** The verdict that names this change correctly. */
    readonly expected: DriftVerdict;
    /** Figures by judge. */
    readonly figures: Readonly<Record<JudgeName, ChangeFigures>>;
  }[];
  /** Warnings for the reader. */
  readonly warnings: readonly string[];
}

/** Number of batches between an alarm and the batch at which the reported kind of change is evaluated. */
const settled = 5;

export function benchFiguresWithoutDrift(streams: readonly Verdicts[]): NoDriftFigures {
  const batches = streams.reduce((sum, verdicts) => sum + verdicts.length, 0);
  const alarmed = streams.reduce((sum, verdicts) => sum + verdicts.filter((verdict) => verdict !== "normal").length, 0);
  const begun = streams.reduce(
    (sum, verdicts) => sum + verdicts.filter((_, i) => benchAlarmBegins(verdicts, i)).length,
    0,
  );
  return {
    streams: streams.length,
    batches,
    alarms_per_batch: batches === 0 ? 0 : alarmed / batches,
    run_length: begun === 0 ? null : batches / begun,
  };
}

/** @param changeAt index of the first changed batch */
export function benchFiguresOfChange(
  streams: readonly Verdicts[],
  { changeAt, expected }: { changeAt: number; expected: DriftVerdict },
): ChangeFigures {
  const alarms = streams.map((verdicts) =>
    verdicts.findIndex((_, i) => i >= changeAt && benchAlarmBegins(verdicts, i)),
  );
  const delays = alarms.map((at) => (at < 0 ? Number.POSITIVE_INFINITY : at - changeAt + 1)).sort((a, b) => a - b);
  const names = streams.flatMap((verdicts, i) => (alarms[i]! < 0 ? [] : (verdicts[alarms[i]! + settled] ?? [])));
  const share = (limit: number): number => delays.filter((delay) => delay <= limit).length / delays.length;
  const changed = Math.max(0, ...streams.map((verdicts) => verdicts.length)) - changeAt;
  const median = delays[delays.length >> 1] ?? Number.POSITIVE_INFINITY;
  return {
    streams: streams.length,
    seen_by: Array.from({ length: changed }, (_, i) => share(i + 1)),
    detected: delays.filter(Number.isFinite).length / delays.length,
    median_delay: Number.isFinite(median) ? median : null,
    within_5: share(5),
    within_25: share(25),
    label_right: names.length === 0 ? null : names.filter((name) => name === expected).length / names.length,
  };
}

/** Whether a new alarm starts at a batch; false if an earlier alarm is still active. */
function benchAlarmBegins(verdicts: Verdicts, i: number): boolean {
  return verdicts[i] !== "normal" && (i === 0 || verdicts[i - 1] === "normal");
}
