// Measures how unusual a score is among batches without drift. The scores of drift-free batches (whose classes were predicted
// by cross-validation) are stored in order, for a ladder of batch lengths, because a minute of movement usually differs far
// more from the reference than a quarter of an hour does. The p-value is conformal (Vovk, Gammerman and Shafer 2005). The
// p-value is computed as if there were one more person, as unusual as the most unusual known one. One person's batches resemble
// each other, so with few people, treating their batches as independent would double the number of false alarms.
//
// Some people consistently vary more than others. Once a few of a stream's own scores are known, they are used to standardise
// its later scores. The mean of the stream's own scores is shrunk towards the mean over all people (James and Stein's
// shrinkage, by the variances within and between people), and their spread is blended with that of all people. Each rehearsed
// score is standardised in the same way, using as many other scores from the same person, so that rehearsed and new scores are
// equally uncertain.

import { z } from "zod";
import { Rng } from "../../random.ts";
import { firstNotBelow } from "../../stats/first-not-below.ts";
import { meanOf } from "../../stats/mean.ts";
import { scoreSchema } from "./score.ts";

/** Scores of drift-free batches of one length. */
export interface NullRung {
  /** Length of the batches in seconds. */
  readonly seconds: number;
  /** Scores by person, ascending. */
  readonly scores: readonly (readonly number[])[];
}

/** One rung per batch length, shortest first. */
export type NullScores = readonly NullRung[];

export interface PValue {
  readonly p: number;
  /** p or, if the score is above all null scores, its extrapolation; see {@link extrapolatedPInNullScores}. */
  readonly extrapolated: number;
  /** The smallest p-value that m null batches can give: 1 / (m + 1). */
  readonly resolution: number;
  /**
   * Number of null batches of the nearest length that scored at least as high, and the number of all null batches of that
   * length.
   */
  readonly asHigh: number;
  readonly nullBatches: number;
  /**
   * Number of people whose null batches the score is compared with. A p-value below 1 / (people + 1) assumes that no new person
   * is more unusual than all of them.
   */
  readonly people: number;
  /** False if the batch is shorter or longer than all null batches; the nearest length is then used instead. */
  readonly withinLadder: boolean;
}

const areNullScoresAscending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1]! <= value);

export const nullRungSchema: z.ZodObject<{ seconds: z.ZodNumber; scores: z.ZodArray<z.ZodArray<z.ZodNumber>> }> =
  z.object({
    seconds: z.number().positive().max(1e9).describe("length of these batches"),
    scores: z
      .array(z.array(scoreSchema).min(1).refine(areNullScoresAscending, "expected ascending scores"))
      .min(1)
      .describe("scores of drift-free batches, by person, ascending"),
  });

/** A summary of one stream's drift-free scores in order: their number, mean, last value, and sum of squared steps. */
export interface OwnScores {
  readonly n: number;
  readonly mean: number;
  readonly last: number;
  readonly steps: number;
}

export const noScores: OwnScores = { n: 0, mean: 0, last: 0, steps: 0 };

export const ownScoresSchema: z.ZodType<OwnScores> = z.object({
  n: z.int().min(0),
  mean: z.number(),
  last: z.number(),
  steps: z.number().min(0),
});

/** Returns the summary with one more score added. */
export function addNullScore({ n, mean, last, steps }: OwnScores, score: number): OwnScores {
  const step = n === 0 ? 0 : score - last;
  return { n: n + 1, mean: mean + (score - mean) / (n + 1), last: score, steps: steps + step ** 2 };
}

/** The spread over all people counts as much as this many of the stream's own scores; arbitrary. */
const scoresOfEveryone = 10;

/** Sorts scores for storage. */
export function rungOfNullScores(seconds: number, scores: readonly (readonly number[])[]): NullRung {
  if (!(seconds > 0 && scores.length > 0 && scores.every((own) => own.length > 0 && own.every(Number.isFinite)))) {
    throw new RangeError(
      `null scores: expected finite scores for a length above 0 s, got scores from ${scores.length} people for ${seconds} s`,
    );
  }
  return { seconds, scores: scores.map((own) => own.toSorted((a, b) => a - b)) };
}

/**
 * p = (1 + m share) / (m + 1) for m null scores. `share` is the share of scores that are at least as high, with the most
 * unusual person counted twice. With one person, p = (1 + #{null scores >= score}) / (m + 1). Between two lengths, p is
 * interpolated on a log scale of the length.
 * @param seconds length of the batch
 * @param own earlier scores of the same stream
 */
export function conformalPValueOfNullScores(
  nulls: NullScores,
  score: number,
  seconds: number,
  own: OwnScores = noScores,
): PValue {
  if (Number.isNaN(score)) throw new RangeError("p-value: expected a score, got NaN");
  const { lower, upper, share } = nullScoreRungsAround(nulls, seconds);
  const between = (value: (rung: NullRung) => number): number => (1 - share) * value(lower) + share * value(upper);
  const nearest = share < 0.5 ? lower : upper;
  return {
    p: between((rung) => pValueInNullScores(rung, score, own)),
    extrapolated: Math.exp(between((rung) => Math.log(extrapolatedPInNullScores(rung, score, own)))),
    resolution: between((rung) => 1 / (countNullScoreBatches(rung) + 1)),
    asHigh: nearest.scores.reduce((sum, own) => sum + nullScoresAtLeast(own, score), 0),
    nullBatches: countNullScoreBatches(nearest),
    people: nearest.scores.length,
    withinLadder: nulls[0]!.seconds <= seconds && seconds <= nulls.at(-1)!.seconds,
  };
}

/**
 * Returns the score to include in a stream's own statistics. It is capped at the highest rehearsed score. Without this limit, a
 * few faulty batches would make any score look usual.
 */
export function learnedNullScore(nulls: NullScores, score: number, seconds: number): number {
  const { lower, upper, share } = nullScoreRungsAround(nulls, seconds);
  return Math.min(
    score,
    (1 - share) * nullScoresOfEveryone(lower.scores).highest + share * nullScoresOfEveryone(upper.scores).highest,
  );
}

/**
 * Distance of a score from the usual score, which is the median of the rehearsed scores or the mean of the stream's own scores,
 * whichever is higher. 1 is the distance of the highest rehearsed score from the median.
 */
export function nullScoreExcess(nulls: NullScores, score: number, seconds: number, own: OwnScores = noScores): number {
  const { lower, upper, share } = nullScoreRungsAround(nulls, seconds);
  const between = (value: (everyone: Everyone) => number): number =>
    (1 - share) * value(nullScoresOfEveryone(lower.scores)) + share * value(nullScoresOfEveryone(upper.scores));
  const [median, highest] = [between((everyone) => everyone.median), between((everyone) => everyone.highest)];
  const usual = own.n === 0 ? median : Math.max(median, own.mean);
  return highest > median ? (score - usual) / (highest - median) : 0;
}

/**
 * Returns the rungs just below and above a length, and the weight of the upper rung. Beyond either end of the ladder, both are
 * the last rung at that end.
 */
export function nullScoreRungsAround<Rung extends Pick<NullRung, "seconds">>(
  ladder: readonly Rung[],
  seconds: number,
): { readonly lower: Rung; readonly upper: Rung; readonly share: number } {
  if (!(ladder.length > 0 && seconds > 0)) {
    throw new RangeError(
      `ladder: expected at least one rung and a length above 0 s, got ${ladder.length} rungs and ${seconds} s`,
    );
  }
  const above = ladder.findIndex((rung) => rung.seconds >= seconds);
  const upper = ladder.at(above)!;
  const lower = above > 0 ? ladder[above - 1]! : upper;
  if (lower === upper) return { lower, upper, share: 1 };
  const [fromLower, toUpper] = [Math.log(seconds / lower.seconds), Math.log(upper.seconds / seconds)];
  return { lower, upper, share: fromLower / (fromLower + toUpper) };
}

/** The p-value of a score among batches of one length; see {@link conformalPValueOfNullScores}. */
export function pValueInNullScores(rung: Pick<NullRung, "scores">, score: number, own: OwnScores = noScores): number {
  const everyone = nullScoresOfEveryone(rung.scores);
  const known = own.n > 0 && rung.scores.length > 1 && rung.scores.every((scores) => scores.length > 1);
  const nulls = known ? standardisedNullScores(rung.scores, own.n) : rung.scores;
  const value = known ? standardiseByNullScores(score, own, everyone) : score;
  const shares = nulls.map((scores) => nullScoresAtLeast(scores, value) / scores.length);
  const sum = shares.reduce((total, share) => total + share, Math.max(...shares));
  return (1 + (countNullScoreBatches(rung) * sum) / (shares.length + 1)) / (countNullScoreBatches(rung) + 1);
}

/** Limit for extrapolating p-values, as a multiple of the highest null score's distance from the median; arbitrary. */
const mostExcess = 2;

/**
 * Returns a score's p-value, extrapolated for scores above all null scores. Otherwise, no p-value could be smaller than its
 * resolution, no matter how high the score. P-values are extrapolated at the rate at which p-values decrease between the median
 * and the highest null score. The extrapolation ends at twice the distance from the median to the highest null score, so that
 * one batch cannot outweigh all the others in a stream.
 */
export function extrapolatedPInNullScores(
  rung: Pick<NullRung, "scores">,
  score: number,
  own: OwnScores = noScores,
): number {
  const { median, highest } = nullScoresOfEveryone(rung.scores);
  if (!(score > highest && highest > median)) return pValueInNullScores(rung, score, own);
  return (countNullScoreBatches(rung) + 1) ** -Math.min(mostExcess, (score - median) / (highest - median));
}

/**
 * Statistics of a rung: the mean score, the variances within and between people, the median, the highest score, and, for each
 * n, the scores standardised by n other scores from the same person.
 */
interface Everyone {
  readonly center: number;
  readonly within: number;
  readonly between: number;
  readonly median: number;
  readonly highest: number;
  readonly standardised: Map<number, NullRung["scores"]>;
}

/** Caches each rung's statistics. */
const everyone = new WeakMap<NullRung["scores"], Everyone>();

function nullScoresOfEveryone(scores: NullRung["scores"]): Everyone {
  const before = everyone.get(scores);
  if (before !== undefined) return before;
  const means = scores.map(meanOf);
  const center = meanOf(means);
  const within = meanOf(scores.map((own, g) => meanOf(own.map((score) => (score - means[g]!) ** 2))));
  const spread = meanOf(means.map((mean) => (mean - center) ** 2));
  const between = Math.max(0, spread - within / meanOf(scores.map((own) => own.length)));
  const all = scores.flat().sort((a, b) => a - b);
  const [median, highest] = [all[all.length >> 1]!, all.at(-1)!];
  const made: Everyone = { center, within, between, median, highest, standardised: new Map() };
  everyone.set(scores, made);
  return made;
}

function standardiseByNullScores(
  score: number,
  { n, mean, steps }: OwnScores,
  { center, within, between }: Everyone,
): number {
  const variance = (scoresOfEveryone * within + steps / 2) / (scoresOfEveryone + n - 1);
  const trust = between === 0 ? 0 : (n * between) / (n * between + within);
  const ownCenter = center + trust * (mean - center);
  return (score - ownCenter) / (variance === 0 ? 1 : Math.sqrt(variance));
}

/**
 * For each person, in ascending order: every score, standardised by the n scores of the same person that follow it in random
 * order.
 */
function standardisedNullScores(scores: NullRung["scores"], n: number): NullRung["scores"] {
  const everyone = nullScoresOfEveryone(scores);
  const before = everyone.standardised.get(n);
  if (before !== undefined) return before;
  const nulls = scores.map((own, g) => {
    const drawn = Rng.fromSeed(g).shuffle([...own]);
    const others = Math.min(n, drawn.length - 1);
    return drawn
      .map((score, i) => {
        let known = noScores;
        for (let k = 1; k <= others; k++) known = addNullScore(known, drawn[(i + k) % drawn.length]!);
        return standardiseByNullScores(score, known, everyone);
      })
      .sort((a, b) => a - b);
  });
  everyone.standardised.set(n, nulls);
  return nulls;
}

/** Number of null batches in a rung. */
function countNullScoreBatches(rung: Pick<NullRung, "scores">): number {
  return rung.scores.reduce((total, own) => total + own.length, 0);
}

function nullScoresAtLeast(sorted: readonly number[], score: number): number {
  return sorted.length - firstNotBelow(sorted, score);
}
