// How unusual a score is among batches without drift. The scores of such batches (people and recordings that a fold of
// cross-validation left out) are kept sorted, for a ladder of batch lengths: a minute of movement differs from the
// reference by far more than a quarter of an hour does. The p-value is the conformal one, exact for batches that are
// exchangeable with those (Vovk, Gammerman and Shafer 2005).

import { z } from "zod";

export interface NullRung {
  /** Length of these batches. */
  readonly seconds: number;
  /** Ascending. */
  readonly scores: readonly number[];
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

export const nullScoresSchema: z.ZodType<NullScores> = z
  .array(
    z.object({
      seconds: z.number().positive(),
      scores: z.array(z.number()).min(1).refine(ascending, "expected ascending scores"),
    }),
  )
  .min(1)
  .refine(
    (rungs) => rungs.every((rung, i) => i === 0 || rungs[i - 1]!.seconds < rung.seconds),
    "expected longer rungs",
  );

/** Sorts scores into the form that is kept. */
export function nullRung(seconds: number, scores: readonly number[]): NullRung {
  if (!(seconds > 0 && scores.length > 0 && scores.every(Number.isFinite))) {
    throw new RangeError(
      `null scores: expected finite scores of a positive length, got ${scores.length} for ${seconds} s`,
    );
  }
  return { seconds, scores: scores.toSorted((a, b) => a - b) };
}

/**
 * p = (1 + #{null scores >= score}) / (m + 1), between two lengths interpolated over the logarithm of the length.
 * @param seconds of the batch
 */
export function conformalPValue(nulls: NullScores, score: number, seconds: number): PValue {
  if (!(nulls.length > 0 && seconds > 0 && !Number.isNaN(score))) {
    throw new RangeError(
      `p-value: expected null scores, a score and a length, got ${nulls.length}, ${score}, ${seconds}`,
    );
  }
  const above = nulls.findIndex((rung) => rung.seconds >= seconds);
  const upper = nulls[above === -1 ? nulls.length - 1 : above]!;
  const lower = above > 0 ? nulls[above - 1]! : upper;
  const share = lower === upper ? 1 : Math.log(seconds / lower.seconds) / Math.log(upper.seconds / lower.seconds);
  const between = (value: (rung: NullRung) => number): number => (1 - share) * value(lower) + share * value(upper);
  const nearest = share < 0.5 ? lower : upper;
  return {
    p: between((rung) => (1 + countAtLeast(rung.scores, score)) / (rung.scores.length + 1)),
    resolution: between((rung) => 1 / (rung.scores.length + 1)),
    asHigh: countAtLeast(nearest.scores, score),
    nullBatches: nearest.scores.length,
    withinLadder: nulls[0]!.seconds <= seconds && seconds <= nulls.at(-1)!.seconds,
  };
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
