// How unusual a score is among batches without drift. The scores of such batches (people and recordings that a fold of
// cross-validation left out) are kept sorted, for a ladder of batch lengths: a minute of movement differs from the
// reference by far more than a quarter of an hour does. The p-value is the conformal one (Vovk, Gammerman and Shafer 2005),
// as if one person more had been rehearsed, who is as odd as the oddest: batches of one person resemble each other, and
// counting them as independent lets twice as many false alarms through where few people are known.
//
// Some people vary more than others, in every batch. Once a few of a stream's own scores are known, it is compared with what
// people look like around their own mean: its mean and theirs are taken off, drawn towards everyone's as far as a few scores
// cannot be trusted (James and Stein's shrinkage, by the variances within and between people).

import { z } from "zod";

export interface NullRung {
  /** Length of these batches. */
  readonly seconds: number;
  /** By person, each ascending. */
  readonly scores: readonly (readonly number[])[];
}

/** By ascending length. */
export type NullScores = readonly NullRung[];

export interface PValue {
  readonly p: number;
  /** The least p-value that so many null batches can give: 1 / (m + 1). */
  readonly resolution: number;
  /** How many null batches scored at least as high, of how many, at the nearest length. */
  readonly asHigh: number;
  readonly nullBatches: number;
  /** False where the batch is shorter or longer than all null batches: the nearest length stands in. */
  readonly withinLadder: boolean;
}

const ascending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1]! <= value);

export const nullRungSchema: z.ZodObject<{ seconds: z.ZodNumber; scores: z.ZodArray<z.ZodArray<z.ZodNumber>> }> =
  z.object({
    seconds: z.number().positive().describe("length of these batches"),
    scores: z
      .array(z.array(z.number()).min(1).refine(ascending, "expected ascending scores"))
      .min(1)
      .describe("of drift-free batches, by person, ascending"),
  });

export const nullScoresSchema: z.ZodType<NullScores> = z
  .array(nullRungSchema)
  .min(1)
  .refine(
    (rungs) => rungs.every((rung, i) => i === 0 || rungs[i - 1]!.seconds < rung.seconds),
    "expected longer rungs",
  );

/** Of the same stream, drift-free: how many, and their mean. */
export interface OwnScores {
  readonly n: number;
  readonly mean: number;
}

export const noScores: OwnScores = { n: 0, mean: 0 };

/** Sorts scores into the form that is kept. */
export function nullRung(seconds: number, scores: readonly (readonly number[])[]): NullRung {
  if (!(seconds > 0 && scores.length > 0 && scores.every((own) => own.length > 0 && own.every(Number.isFinite)))) {
    throw new RangeError(
      `null scores: expected finite scores of a positive length, got ${scores.length} people's for ${seconds} s`,
    );
  }
  return { seconds, scores: scores.map((own) => own.toSorted((a, b) => a - b)) };
}

/**
 * p = (1 + m share) / (m + 1) for m null scores, share being that of the scores as high, the oddest person's counted twice;
 * with one person (1 + #{null scores >= score}) / (m + 1). Between two lengths interpolated over the logarithm of the length.
 * @param seconds of the batch
 * @param own earlier scores of the same stream
 */
export function conformalPValue(nulls: NullScores, score: number, seconds: number, own: OwnScores = noScores): PValue {
  if (Number.isNaN(score)) throw new RangeError("p-value: expected a score, got NaN");
  const { lower, upper, share } = rungsAround(nulls, seconds);
  const between = (value: (rung: NullRung) => number): number => (1 - share) * value(lower) + share * value(upper);
  const nearest = share < 0.5 ? lower : upper;
  return {
    p: between((rung) => pValueAt(rung, score, own)),
    resolution: between((rung) => 1 / (size(rung) + 1)),
    asHigh: nearest.scores.reduce((sum, own) => sum + countAtLeast(own, score), 0),
    nullBatches: size(nearest),
    withinLadder: nulls[0]!.seconds <= seconds && seconds <= nulls.at(-1)!.seconds,
  };
}

/** The rungs on either side of a length, and the upper one's weight; the nearest one twice beyond the ladder's ends. */
export function rungsAround<Rung extends Pick<NullRung, "seconds">>(
  ladder: readonly Rung[],
  seconds: number,
): { readonly lower: Rung; readonly upper: Rung; readonly share: number } {
  if (!(ladder.length > 0 && seconds > 0)) {
    throw new RangeError(`ladder: expected rungs and a length, got ${ladder.length} and ${seconds} s`);
  }
  const above = ladder.findIndex((rung) => rung.seconds >= seconds);
  const upper = ladder.at(above)!;
  const lower = above > 0 ? ladder[above - 1]! : upper;
  if (lower === upper) return { lower, upper, share: 1 };
  return { lower, upper, share: Math.log(seconds / lower.seconds) / Math.log(upper.seconds / lower.seconds) };
}

/** Of a score among batches of one length; see {@link conformalPValue}. */
export function pValueAt(rung: Pick<NullRung, "scores">, score: number, own: OwnScores = noScores): number {
  const { center, means, trust } = peopleOf(rung, own.n);
  const excess = score - trust * (own.mean - center);
  const shares = rung.scores.map(
    (scores, g) => countAtLeast(scores, excess + trust * (means[g]! - center)) / scores.length,
  );
  const sum = shares.reduce((total, share) => total + share, Math.max(...shares));
  return (1 + (size(rung) * sum) / (shares.length + 1)) / (size(rung) + 1);
}

/** @returns everyone's mean score, each person's, and how far the mean of n scores is to be trusted, 0 to 1 */
function peopleOf(
  { scores }: Pick<NullRung, "scores">,
  n: number,
): { readonly center: number; readonly means: readonly number[]; readonly trust: number } {
  const means = scores.map(meanOf);
  const center = meanOf(means);
  if (n === 0 || scores.length < 2) return { center, means, trust: 0 };
  const within = meanOf(scores.map((own, g) => meanOf(own.map((score) => (score - means[g]!) ** 2))));
  const spread = meanOf(means.map((mean) => (mean - center) ** 2));
  const between = Math.max(0, spread - within / meanOf(scores.map((own) => own.length)));
  return { center, means, trust: between === 0 ? 0 : (n * between) / (n * between + within) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Null batches of a rung. */
function size(rung: Pick<NullRung, "scores">): number {
  return rung.scores.reduce((total, own) => total + own.length, 0);
}

function countAtLeast(sorted: readonly number[], score: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}
