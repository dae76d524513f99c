// Calibrates the accuracy estimate on held-out people: finds the threshold at which the estimate is right on average, and
// measures how far the accuracy on batches of each length lies from the estimate.

import { groupQuantile } from "../../stats/group-quantile.ts";
import { meanOf } from "../../stats/mean.ts";
import { modelSignalBin, signalEdges } from "../summaries/model-signals.ts";
import {
  type AccuracyCalibration,
  type AccuracyRung,
  accuracyDeviation,
  accuracyEstimateScore,
  checkAccuracyEstimateShare,
  clampAccuracy,
  expectedCorrectForAccuracy,
  largestThreshold,
} from "./accuracy-estimate.ts";

/** Predictions for a held-out person's windows, in recorded order. */
export interface HeldOutWindows {
  /** [W] probability of the predicted class, after temperature scaling. */
  readonly confidences: ArrayLike<number>;
  /** [W] 1 if the prediction is correct, else 0. */
  readonly correct: ArrayLike<number>;
}

/** Default coverage of the interval, chosen arbitrarily; requires at least 9 people. */
const defaultCoverage = 0.9;
/**
 * Number of equal parts of the miscoverage that are distributed between the two sides when looking for the shortest interval;
 * arbitrary.
 */
const divisions = 10;
/**
 * Fraction of the allowed miscoverage to use: the shortest of several intervals covers a smaller share of new people than of
 * the people it was chosen on. The value lies between two measured values; see docs/decisions.md.
 */
const usedOfMissed = 0.9;

/**
 * @param people out-of-fold predictions; the intervals give equal weight to each person, the threshold to each window
 * @param lengths batch lengths, in windows, to cut each person's windows into
 * @throws RangeError if nobody has enough windows for a batch, or if a number is out of range
 */
export function calibrateAccuracy(
  people: readonly HeldOutWindows[],
  lengths: readonly number[],
  coverage: number = defaultCoverage,
): AccuracyCalibration {
  if (!(coverage > 0 && coverage < 1)) throw new RangeError(`accuracy: expected a coverage in (0, 1), got ${coverage}`);
  if (!lengths.every((length) => Number.isInteger(length) && length > 0)) {
    throw new RangeError(`accuracy: expected whole numbers of windows above 0, got ${lengths.join()}`);
  }
  const ascending = [...new Set(lengths)].sort((a, b) => a - b);
  const known = people.filter(({ correct }) => correct.length >= ascending[0]!).map(countHeldOutForAccuracy);
  if (known.length === 0) throw new RangeError("accuracy: expected a person with enough windows for a batch, got none");
  const all = sumHeldOutForAccuracy(known);
  const threshold = accuracyEstimateThreshold(all);
  const others = (own: CountedPerson): number =>
    known.length === 1
      ? threshold
      : accuracyEstimateThreshold(sumHeldOutForAccuracy(known.filter((person) => person !== own)));
  const batches = known.map((own) => ascending.map((length) => accuracyEstimatesOfPerson(own, others(own), length)));
  return {
    coverage,
    people: known.length,
    offset: meanOf(known.map(({ correct, confidences }) => meanOf(correct) - meanOf(confidences))),
    threshold,
    rungs: ascending.flatMap((windows, r): AccuracyRung[] => {
      const ofPeople = batches.map((lengths) => lengths[r]!).filter((own) => own.length > 0);
      const confidences = ofPeople.flat().map(({ confidence }) => confidence);
      if (confidences.length === 0) return [];
      const isEnough = ofPeople.length >= coverage / (1 - coverage) - 1e-9;
      const { below, above } = isEnough ? shortestAccuracyInterval(ofPeople, coverage) : { below: 1, above: 1 };
      return [
        {
          windows,
          people: ofPeople.length,
          batches: confidences.length,
          halfWidth: (below + above) / 2,
          below,
          above,
          leastConfidence: confidences.reduce((least, value) => Math.min(least, value)),
          mostConfidence: confidences.reduce((most, value) => Math.max(most, value)),
        },
      ];
    }),
  };
}

interface CountedPerson {
  readonly bins: Int32Array;
  readonly confidences: Float64Array;
  readonly correct: Float64Array;
  readonly counts: readonly number[];
}

function countHeldOutForAccuracy({ confidences, correct }: HeldOutWindows): CountedPerson {
  const own = Float64Array.from(confidences);
  if (own.length !== correct.length) {
    throw new RangeError(`accuracy: expected ${own.length} predictions, correct or not, got ${correct.length}`);
  }
  for (const confidence of own) checkAccuracyEstimateShare("confidence", confidence);
  const hits = Float64Array.from(correct);
  const odd = hits.find((hit) => hit !== 0 && hit !== 1);
  if (odd !== undefined) throw new RangeError(`accuracy: expected 0 or 1 per prediction, got ${odd}`);
  const bins = Int32Array.from(own, modelSignalBin);
  const counts = new Array<number>(signalEdges.length + 1).fill(0);
  for (const bin of bins) counts[bin]! += 1;
  // Rounding to float32 can make a confidence exceed 1.
  return { bins, counts, correct: hits, confidences: own.map((confidence) => Math.min(1, confidence)) };
}

function sumHeldOutForAccuracy(people: readonly CountedPerson[]): { counts: readonly number[]; correct: number } {
  return {
    counts: Array.from({ length: signalEdges.length + 1 }, (_, bin) =>
      people.reduce((sum, { counts }) => sum + counts[bin]!, 0),
    ),
    correct: people.reduce((sum, { correct }) => sum + correct.reduce((hits, hit) => hits + hit, 0), 0),
  };
}

/** Finds the threshold at which the expected number of correct windows equals the actual number. */
function accuracyEstimateThreshold({ counts, correct }: ReturnType<typeof sumHeldOutForAccuracy>): number {
  let [low, high] = [-largestThreshold, largestThreshold];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (expectedCorrectForAccuracy(counts, middle) > correct) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A rehearsed batch; `error` is accuracy minus estimate, divided by the estimate's `accuracyDeviation`. */
interface RehearsedAccuracy {
  readonly confidence: number;
  readonly estimate: number;
  readonly error: number;
}

/** One person's batches of one length. */
function accuracyEstimatesOfPerson(
  { bins, confidences, correct }: CountedPerson,
  threshold: number,
  length: number,
): RehearsedAccuracy[] {
  const scores = Float64Array.from(bins, (bin) => accuracyEstimateScore(bin, threshold));
  return Array.from({ length: Math.floor(bins.length / length) }, (_, i) => {
    const of = (values: Float64Array): number => meanOf(values.subarray(i * length, (i + 1) * length));
    const estimate = of(scores);
    return { confidence: of(confidences), estimate, error: (of(correct) - estimate) / accuracyDeviation(estimate) };
  });
}

/**
 * Finds how to split the miscoverage between the two sides so that the interval, clipped to 0..1, is shortest on average. The
 * sides differ because accuracies fall far below an estimate more often than far above it, and a high estimate is close to 1.
 * @param people each with one or more batches
 * @returns distances from an estimate of 1/2 to the two limits
 */
function shortestAccuracyInterval(
  people: readonly (readonly RehearsedAccuracy[])[],
  coverage: number,
): { below: number; above: number } {
  const missed = usedOfMissed * (1 - coverage);
  const over = people.map((own) => own.map(({ error }) => -error));
  const under = people.map((own) => own.map(({ error }) => error));
  const sides = Array.from({ length: divisions + 1 }, (_, i) => {
    const below = Math.max(0, groupQuantile(over, 1 - (missed * i) / divisions));
    const above = Math.max(0, groupQuantile(under, 1 - (missed * (divisions - i)) / divisions));
    const width = meanOf(
      people.map((own) =>
        meanOf(
          own.map(({ estimate }) => {
            const scale = accuracyDeviation(estimate);
            return clampAccuracy(estimate + above * scale) - clampAccuracy(estimate - below * scale);
          }),
        ),
      ),
    );
    return { below, above, width };
  });
  // Ignores rounding errors, so that the result does not depend on the order of the people.
  const { below, above } = sides.reduce((best, own) => (own.width < best.width - 1e-9 ? own : best));
  const atHalf = accuracyDeviation(1 / 2);
  return { below: Math.min(1, below * atHalf), above: Math.min(1, above * atHalf) };
}
