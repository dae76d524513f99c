// A simple competitor to the monitor: the mean and the log standard deviation of each channel, averaged over windows of
// five seconds. An exponentially weighted average of the batches is compared with the stream's own first batches.
// The unit of distance is the variation between the batches of a single training person. The limit is derived from the training
// people's own streams. Dimensions: C channels, F = 2 C features.

import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import { quantiles } from "../src/stats/quantile.ts";
import type { Answer, DayBatch, Judge } from "./drift-judges.ts";

/** [F] */
export type WindowFeatures = readonly number[];

const windowSeconds = 5;
const ownBatches = 5;
/** Weight of the newest batch in the average. */
const weight = 0.2;
/**
 * Share of the training people's streams that may raise an alarm, which corresponds to a run length of 500 over 60
 * batches.
 */
const allowed = 0.12;

export function windowFeatures(columns: Columns, samplingRateHz: number): WindowFeatures {
  const size = Math.round(windowSeconds * samplingRateHz);
  return Object.values(columns).flatMap((column) => {
    const windows = Array.from({ length: Math.floor(column.length / size) }, (_, w) => {
      const values = column.subarray(w * size, (w + 1) * size);
      const mean = average(values);
      return [mean, Math.log(1e-6 + Math.sqrt(average(values.map((x) => (x - mean) ** 2))))] as const;
    });
    return [0, 1].map((feature) => average(windows.map((own) => own[feature]!)));
  });
}

/** @param training features [streams][batches] of the training people */
export function fitCompetitor(training: readonly (readonly WindowFeatures[])[]): Competitor {
  const scales = training[0]![0]!.map((_, f) => {
    const within = training.map((stream) => {
      const middle = average(stream.map((batch) => batch[f]!));
      return average(stream.map((batch) => (batch[f]! - middle) ** 2));
    });
    return Math.sqrt(average(within)) + 1e-9;
  });
  const largest = training.map((stream) => {
    let [judge, most] = [competitorJudge(scales, Number.POSITIVE_INFINITY), 0];
    for (const batch of stream) {
      judge = judge.next(batch);
      most = Math.max(most, judge.distance);
    }
    return most;
  });
  return competitorJudge(
    scales,
    quantiles(
      largest.sort((a, b) => a - b),
      [1 - allowed],
    )[0]!,
  );
}

export interface Competitor extends Judge {
  readonly judge: (batch: Pick<DayBatch, "features">) => Promise<{
    readonly answer: Answer;
    readonly after: Competitor;
  }>;
  readonly distance: number;
  readonly next: (batch: WindowFeatures) => Competitor;
}

function competitorJudge(scales: WindowFeatures, limit: number): Competitor {
  const at = (own: readonly WindowFeatures[], smooth: WindowFeatures): Competitor => {
    const distance = Math.max(0, ...smooth.map(Math.abs));
    const next = (batch: WindowFeatures): Competitor => {
      if (own.length < ownBatches) return at([...own, batch], smooth);
      const far = batch.map((x, f) => (x - average(own.map((first) => first[f]!))) / scales[f]!);
      return at(
        own,
        far.map((z, f) => weight * z + (1 - weight) * (smooth[f] ?? 0)),
      );
    };
    const judge: Competitor["judge"] = async ({ features }) => {
      const after = next(features);
      const verdict = after.distance > limit ? "sudden_change" : "normal";
      return { answer: { verdict, unfamiliar: false, entered: own.length < ownBatches }, after };
    };
    return { distance, next, judge };
  };
  return at([], []);
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
