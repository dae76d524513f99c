// Computes the score, one number per batch: the largest standardised statistic over channels, so no correction for multiple
// channels is needed. The score uses only KS distances, either between whole batches or within the predicted classes (averaged,
// or standardised by class); the calibration chooses which. Of all statistics and combinations, these two distances were best
// at telling shifts from differences between people (bench/drift-statistics.ts). The far score keeps growing after the KS
// distance saturates. The far score distinguishes a wrong unit or a stuck sensor from a person who moves differently: a sensor
// worn upside down yields values as far away as a faulty sensor does, but no person's values spread ten times as widely.

import { z } from "zod";
import type { SnakeKeys } from "../../letter-case.ts";
import { moments } from "../../stats/moments.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { batchSummaryChannel, batchSummaryRows } from "../summaries/batch-summary.ts";
import { type ClassSummaries, mergeAcrossClasses } from "../summaries/class-summaries.ts";
import { type ChannelStatistics, channelStatistics, leastRelativeStd } from "./channel-statistics.ts";
import { effectiveSize } from "./effective-size.ts";
import { storedKeys } from "./stored-keys.ts";
import { effectiveSizeWithinClasses, ksWithinClasses, logSdWithinClasses } from "./within-classes.ts";

/**
 * One channel's distances between two batches: between the whole batches (`ChannelStatistics`), and within the predicted
 * classes.
 */
export interface PairStatistics extends ChannelStatistics {
  /** KS distance within the predicted classes, averaged, 0 to 1; 0 if the batches have no class in common. */
  readonly ksWithinClasses: number;
  /** Combined distance within the classes, standardised by class; see `classStandardScores`. 0 if there are no standards. */
  readonly ksByClass: number;
  /** ln of the standard deviation divided by the reference's, for the same mix of classes; see `logSdWithinClasses`. */
  readonly logSdWithin: number;
}

/** Name of any per-channel statistic. */
export type StatisticName = keyof PairStatistics;

/** Statistics that the score can be computed from. */
export type ScoreStatistic = "ks" | "ksWithinClasses" | "ksByClass";
/**
 * Statistics that the far score is computed from. A small spread is not a sign of drift, because a batch may vary far less than
 * its reference even without a fault. A wrong scale shows up in the length of the sensor's vector (see `impossibleValues`) and
 * in the distances.
 */
export const farStatistics: readonly "logSdWithin"[] = ["logSdWithin"];
/** The far statistics of older calibrations, which compared batches as a whole. */
const earlierFarStatistics: readonly StatisticName[] = ["logSdRatio"];

/** Returns the far statistics that a standard has values for. */
export function farStatisticsOfScore(standard: Standard): readonly StatisticName[] {
  const [first] = Object.values(standard);
  return first?.logSdWithin === undefined ? earlierFarStatistics : farStatistics;
}

/** For each channel: the usual size of each statistic in the absence of drift, as [mean, standard deviation]. */
export type Standard = Readonly<Record<string, Readonly<Partial<Record<StatisticName, readonly [number, number]>>>>>;

/**
 * Upper limit for stored means and standard deviations, and the inverse of the lower limit for the latter, so that no score can
 * overflow.
 */
const largestSize = 1e30;
const meanAndSpread = z
  .tuple([
    z.number().min(0).max(largestSize),
    z
      .number()
      .min(1 / largestSize)
      .max(largestSize),
  ])
  .exactOptional();
const signedMeanAndSpread = z
  .tuple([
    z.number().min(-largestSize).max(largestSize),
    z
      .number()
      .min(1 / largestSize)
      .max(largestSize),
  ])
  .exactOptional();
/** Schema for all stored scores. */
export const scoreSchema: z.ZodNumber = z
  .number()
  .min(-(largestSize ** 2))
  .max(largestSize ** 2);

export const standardSchema: z.ZodType<Standard> = z
  .record(
    z.string(),
    storedKeys<Standard[string]>(
      z.object({
        ks: meanAndSpread,
        ks_within_classes: meanAndSpread,
        ks_by_class: signedMeanAndSpread,
        psi: meanAndSpread,
        wasserstein: meanAndSpread,
        jensen_shannon: meanAndSpread,
        mean_shift: meanAndSpread,
        log_sd_ratio: meanAndSpread,
        log_sd_within: signedMeanAndSpread,
      } satisfies SnakeKeys<Record<StatisticName, z.ZodType>>),
    ),
  )
  .describe("usual size of each statistic in the absence of drift, by channel, as [mean, standard deviation]");

/** Statistics by channel name. */
export type BatchStatistics = Readonly<Record<string, PairStatistics>>;

/** A batch's statistics, by channel, for calibration and scoring. */
export type ScoredStatistics<Name extends StatisticName = ScoreStatistic | "logSdWithin"> = Readonly<
  Record<string, Readonly<Record<Name, number>>>
>;

export interface Score {
  readonly score: number;
  /** The channel and statistic that determined the score. */
  readonly channel: string;
  readonly statistic: StatisticName;
}

/**
 * @param known results already computed for the pair: `distances` from `distancesForClassStandards`, and `byClass` from
 * `classStandardScores`
 * @throws RangeError if either side has no finite value in a channel, or the baseline has no spread
 */
export function statisticsForScore(
  reference: ClassSummaries,
  current: ClassSummaries,
  baseline: BaselineReference,
  {
    byClass = {},
    distances,
  }: {
    readonly byClass?: Readonly<Record<string, number>>;
    readonly distances?: Parameters<typeof ksWithinClasses>[3];
  } = {},
): BatchStatistics {
  const [before, now] = [mergeAcrossClasses(reference), mergeAcrossClasses(current)];
  return Object.fromEntries(
    Object.entries(baseline).map(([name, { edges, summary }]) => [
      name,
      Object.assign(
        channelStatistics(batchSummaryChannel(before, name), batchSummaryChannel(now, name), {
          edges,
          std: summary.std,
        }),
        {
          ksWithinClasses: ksWithinClasses(reference, current, name, distances),
          ksByClass: byClass[name] ?? 0,
          logSdWithin: logSdWithinClasses(reference, current, name, leastRelativeStd * summary.std),
        },
      ),
    ]),
  );
}

/** The statistics from `statisticsForScore` that scores use. */
export function scoredStatistics(...sides: Parameters<typeof statisticsForScore>): ScoredStatistics {
  const all = statisticsForScore(...sides);
  return Object.fromEntries(
    Object.entries(all).map(([name, { ks, ksWithinClasses, ksByClass, logSdWithin }]) => [
      name,
      { ks, ksWithinClasses, ksByClass, logSdWithin },
    ]),
  );
}

/** Effective number of rows when comparing two batches: n m / (n + m), for whole batches or summed over classes. */
export function effectiveRowsForScore(
  reference: ClassSummaries,
  current: ClassSummaries,
  statistic: ScoreStatistic,
): number {
  if (statistic !== "ks") return effectiveSizeWithinClasses(reference, current);
  return effectiveSize(batchSummaryRows(mergeAcrossClasses(reference)), batchSummaryRows(mergeAcrossClasses(current)));
}

/**
 * Size of a statistic: its absolute value, except for `ksByClass` and `logSdWithin`, for which only large positive values
 * indicate drift.
 */
function sizeOfScoredStatistic<Name extends StatisticName>(
  statistics: Readonly<Record<Name, number>>,
  name: Name,
): number {
  return name === "ksByClass" || name === "logSdWithin" ? statistics[name] : Math.abs(statistics[name]);
}

/** The largest standardised statistic of each channel of `standard`, in multiples of `unit`. */
export function scoresByChannel(
  statistics: BatchStatistics,
  standard: Standard,
  names: readonly StatisticName[],
  unit = 1,
): Record<string, number> {
  const scores = Object.keys(standard).map((channel) => [
    channel,
    scoreOf(statistics, { [channel]: standard[channel]! }, names).score / unit,
  ]);
  return Object.fromEntries(scores);
}

/** The largest standardised statistic over the channels of `standard`. */
export function scoreOf<Name extends StatisticName>(
  statistics: ScoredStatistics<Name>,
  standard: Standard,
  names: readonly Name[],
): Score {
  let best: Score | undefined;
  for (const [channel, standards] of Object.entries(standard)) {
    for (const statistic of names) {
      const [mean, std] = standards[statistic]!;
      const score = (sizeOfScoredStatistic(statistics[channel]!, statistic) - mean) / std;
      if (best === undefined || score > best.score) best = { score, channel, statistic };
    }
  }
  if (best === undefined) throw new RangeError("score: expected standards for at least one channel, got none");
  return best;
}

/** The standard for a length between two rungs. */
export function scoreStandardBetween(lower: Standard, upper: Standard, share: number): Standard {
  const mixed = Object.entries(lower).map(([channel, pairs]) => {
    const others = upper[channel]!;
    const entries = (Object.keys(pairs) as StatisticName[]).map((name) => {
      const [[mean, std], [otherMean, otherStd]] = [pairs[name]!, others[name]!];
      return [name, [mean + share * (otherMean - mean), std + share * (otherStd - std)]] as const;
    });
    return [channel, Object.fromEntries(entries)];
  });
  return Object.fromEntries(mixed);
}

/** @param batches drift-free batches, at least one */
export function scoreStandardOf<Name extends StatisticName>(
  batches: readonly ScoredStatistics<Name>[],
  names: readonly Name[],
): Standard {
  const channels = Object.keys(batches[0]!);
  return Object.fromEntries(
    channels.map((channel) => [
      channel,
      Object.fromEntries(
        names.map((name) => {
          const { mean, std } = moments(batches.map((batch) => sizeOfScoredStatistic(batch[channel]!, name)));
          return [name, [roundScoreFigure(mean), roundScoreFigure(Math.max(std, leastSpread))]];
        }),
      ),
    ]),
  );
}

/**
 * Lower limit for a standard deviation, which avoids division by 0 for a statistic that never varied in the absence of drift.
 */
const leastSpread = 1e-4;

/** Rounds to six digits to keep the stored calibration small. */
export function roundScoreFigure(x: number): number {
  return Number(x.toPrecision(6));
}
