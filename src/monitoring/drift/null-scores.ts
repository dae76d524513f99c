// How unusual a score is among batches without drift. The scores of such batches (people and recordings that a fold of
// cross-validation left out) are kept sorted, for a ladder of batch lengths: a minute of movement differs from the
// reference by far more than a quarter of an hour does. The p-value is the conformal one (Vovk, Gammerman and Shafer 2005),
// as if one person more had been rehearsed, who is as odd as the oddest: batches of one person resemble each other, and
// counting them as independent lets twice as many false alarms through where few people are known.
//
// Some people vary more than others, in every batch. Once a few of a stream's own scores are known, a score is standardised by
// them: by their mean, drawn towards everyone's as far as a few scores cannot be trusted (James and Stein's shrinkage, by the
// variances within and between people), and by their spread, mixed with everyone's. Each rehearsed score is standardised
// alike, by as many others of its person, so that what a few scores do not tell of a stream they do not tell of those either.

import { z } from "zod";
import { firstNotBelow } from "../../stats/first-not-below.ts";
import { Rng } from "../../stats/random.ts";
import { scoreSchema } from "./score.ts";

/** Scores of drift-free batches of one length. */
export interface NullRung {
  /** Length of these batches. */
  readonly seconds: number;
  /** By person, each in ascending order. */
  readonly scores: readonly (readonly number[])[];
}

/** One per batch length, shortest first. */
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
    seconds: z.number().positive().max(1e9).describe("length of these batches"),
    scores: z
      .array(z.array(scoreSchema).min(1).refine(ascending, "expected ascending scores"))
      .min(1)
      .describe("of drift-free batches, by person, ascending"),
  });

/** Of the same stream, drift-free, in order: how many, their mean, the last, and the sum of the steps' squares. */
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

/** With one score more. */
export function withScore({ n, mean, last, steps }: OwnScores, score: number): OwnScores {
  const step = n === 0 ? 0 : score - last;
  return { n: n + 1, mean: mean + (score - mean) / (n + 1), last: score, steps: steps + step ** 2 };
}

/** Everyone's spread counts as so many scores beside the stream's own; an arbitrary choice. */
const scoresOfEveryone = 10;

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

/**
 * What a stream is got to know by: its score, or the highest rehearsed one where it is above all of these. Else the first
 * batches of a fault would teach that anything is usual.
 */
export function learnedScore(nulls: NullScores, score: number, seconds: number): number {
  const { lower, upper, share } = rungsAround(nulls, seconds);
  return Math.min(score, (1 - share) * everyoneOf(lower.scores).highest + share * everyoneOf(upper.scores).highest);
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
  const [fromLower, toUpper] = [Math.log(seconds / lower.seconds), Math.log(upper.seconds / seconds)];
  return { lower, upper, share: fromLower / (fromLower + toUpper) };
}

/** Of a score among batches of one length; see {@link conformalPValue}. */
export function pValueAt(rung: Pick<NullRung, "scores">, score: number, own: OwnScores = noScores): number {
  const everyone = everyoneOf(rung.scores);
  const known = own.n > 0 && rung.scores.length > 1 && rung.scores.every((scores) => scores.length > 1);
  const nulls = known ? standardisedNulls(rung.scores, own.n) : rung.scores;
  const value = known ? standardised(score, own, everyone) : score;
  const shares = nulls.map((scores) => countAtLeast(scores, value) / scores.length);
  const sum = shares.reduce((total, share) => total + share, Math.max(...shares));
  return (1 + (size(rung) * sum) / (shares.length + 1)) / (size(rung) + 1);
}

/** The mean score, the variances within and between people, the highest score, and what was standardised by n others. */
interface Everyone {
  readonly center: number;
  readonly within: number;
  readonly between: number;
  readonly highest: number;
  readonly standardised: Map<number, NullRung["scores"]>;
}

/** Computed once for each rung. */
const everyone = new WeakMap<NullRung["scores"], Everyone>();

function everyoneOf(scores: NullRung["scores"]): Everyone {
  const before = everyone.get(scores);
  if (before !== undefined) return before;
  const means = scores.map(meanOf);
  const center = meanOf(means);
  const within = meanOf(scores.map((own, g) => meanOf(own.map((score) => (score - means[g]!) ** 2))));
  const spread = meanOf(means.map((mean) => (mean - center) ** 2));
  const between = Math.max(0, spread - within / meanOf(scores.map((own) => own.length)));
  const highest = Math.max(...scores.map((own) => own.at(-1)!));
  const made: Everyone = { center, within, between, highest, standardised: new Map() };
  everyone.set(scores, made);
  return made;
}

function standardised(score: number, { n, mean, steps }: OwnScores, { center, within, between }: Everyone): number {
  const variance = (scoresOfEveryone * within + steps / 2) / (scoresOfEveryone + n - 1);
  const trust = between === 0 ? 0 : (n * between) / (n * between + within);
  const ownCenter = center + trust * (mean - center);
  return (score - ownCenter) / (variance === 0 ? 1 : Math.sqrt(variance));
}

/** By person, ascending: each score by n others of the same person, those that follow in an order drawn once. */
function standardisedNulls(scores: NullRung["scores"], n: number): NullRung["scores"] {
  const everyone = everyoneOf(scores);
  const before = everyone.standardised.get(n);
  if (before !== undefined) return before;
  const nulls = scores.map((own, g) => {
    const drawn = Rng.fromSeed(g).shuffle([...own]);
    const others = Math.min(n, drawn.length - 1);
    return drawn
      .map((score, i) => {
        let known = noScores;
        for (let k = 1; k <= others; k++) known = withScore(known, drawn[(i + k) % drawn.length]!);
        return standardised(score, known, everyone);
      })
      .sort((a, b) => a - b);
  });
  everyone.standardised.set(n, nulls);
  return nulls;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Null batches of a rung. */
function size(rung: Pick<NullRung, "scores">): number {
  return rung.scores.reduce((total, own) => total + own.length, 0);
}

function countAtLeast(sorted: readonly number[], score: number): number {
  return sorted.length - firstNotBelow(sorted, score);
}
