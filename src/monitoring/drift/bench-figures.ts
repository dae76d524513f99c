// From the verdicts of a monitor on streams whose truth is known to the figures that describe it.

import type { DriftVerdict } from "./decision.ts";

/** Who judges a stream: this monitor, the textbook's constants, a KS p-value of raw counts, or an alarm in every hundredth batch. */
export type JudgeName = "tidemark" | "constants" | "KS p-value" | "every 100";

/** One verdict a batch, in order. */
export type Verdicts = readonly DriftVerdict[];

/** One judge on streams without drift. */
export interface NoDriftFigures {
  /** Streams that were judged. */
  readonly streams: number;
  /** Batches of all of them. */
  readonly batches: number;
  /** Share of batches that alarmed. */
  readonly alarms_per_batch: number;
  /** Batches for each alarm that began; null where none did. */
  readonly run_length: number | null;
}

/** One judge on streams with a change. */
export interface ChangeFigures {
  /** Streams that were judged. */
  readonly streams: number;
  /** Share of streams seen by the first changed batch, by the second, and so on to the streams' end. */
  readonly seen_by: readonly number[];
  /** Share of streams with an alarm that began after the change. */
  readonly detected: number;
  /** Batches until it, the first changed one being 1; the median over all streams, null where half were not seen. */
  readonly median_delay: number | null;
  /** Share of streams in which it came within 5 and 25 batches. */
  readonly within_5: number;
  /** The same within 25. */
  readonly within_25: number;
  /** Of the alarms that have them, the share named right five batches later; null where there were none. */
  readonly label_right: number | null;
}

/** Everything that the drift bench measured. */
export interface DriftBenchResult {
  /** Whose recordings the streams were drawn from. */
  readonly people: readonly string[];
  /** Length of a batch. */
  readonly batch_seconds: number;
  /** Batches per stream. */
  readonly batches: number;
  /** Number of the first changed batch, from 0. */
  readonly change_at: number;
  /** Streams for each person and change. */
  readonly streams: number;
  /** Of all random numbers. */
  readonly seed: number;
  /** Batches between false alarms that were asked for. */
  readonly arl: number;
  /** By judge, on unchanged streams. */
  readonly no_drift: Readonly<Record<JudgeName, NoDriftFigures>>;
  /** The same for each person's streams, in the order of `people`. */
  readonly no_drift_by_person: Readonly<Record<JudgeName, readonly NoDriftFigures[]>>;
  /** Of batches in which the person kept to half of the activities, after a past of all: no drift of the sensor either. */
  readonly other_mix: Readonly<Record<JudgeName, NoDriftFigures>>;
  /** In the order of the catalogue. */
  readonly changes: readonly {
    readonly name: string;
    readonly expected: DriftVerdict;
    readonly figures: Readonly<Record<JudgeName, ChangeFigures>>;
  }[];
  /** What a reader must know. */
  readonly warnings: readonly string[];
}

/** A name is judged so many batches after the alarm. */
const settled = 5;

export function figuresWithoutDrift(streams: readonly Verdicts[]): NoDriftFigures {
  const batches = streams.reduce((sum, verdicts) => sum + verdicts.length, 0);
  const alarmed = streams.reduce((sum, verdicts) => sum + verdicts.filter((verdict) => verdict !== "normal").length, 0);
  const begun = streams.reduce((sum, verdicts) => sum + verdicts.filter((_, i) => begins(verdicts, i)).length, 0);
  return {
    streams: streams.length,
    batches,
    alarms_per_batch: batches === 0 ? 0 : alarmed / batches,
    run_length: begun === 0 ? null : batches / begun,
  };
}

/** @param changeAt index of the first changed batch */
export function figuresOfChange(
  streams: readonly Verdicts[],
  { changeAt, expected }: { changeAt: number; expected: DriftVerdict },
): ChangeFigures {
  const alarms = streams.map((verdicts) => verdicts.findIndex((_, i) => i >= changeAt && begins(verdicts, i)));
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

/** Whether an alarm begins at a batch: one that was on before has not. */
function begins(verdicts: Verdicts, i: number): boolean {
  return verdicts[i] !== "normal" && (i === 0 || verdicts[i - 1] === "normal");
}
