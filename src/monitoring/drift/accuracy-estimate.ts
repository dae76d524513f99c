// Estimates the accuracy on a batch without any labels, by a soft-threshold variant of average thresholded confidence (ATC;
// Garg et al. 2022): the mean over all windows of sigmoid(5 (logit of the confidence - threshold)). The threshold is the one at
// which this mean equals the accuracy on held-out people. docs/decisions.md records how the steepness and the intervals were
// chosen; bench/drift-accuracy.ts measures them on people outside the training and calibration data.
//
// The calibration uses the confidences of the cross-validation networks, but the deployed network was trained on everyone. The
// estimate assumes that confidence and accuracy have the same relationship in both.
//
// The interval does NOT cover drift of a kind that does not occur between people (a different unit, noise, a different place on
// the body, an activity that is not in the training data), because a network can be confident and wrong. `check` therefore
// gives no estimate for a batch with a suspected fault.

import { z } from "zod";
import { groupQuantile } from "../../stats/group-quantile.ts";
import { meanOf } from "../../stats/mean.ts";
import { type ModelSignals, modelSignalBin, signalBinLogits } from "../summaries/model-signals.ts";
import { confidenceSignalDistance } from "./signal-distances.ts";
import { storedKeys } from "./stored-keys.ts";

/** Predictions for a held-out person's windows, in recorded order. */
export interface HeldOutWindows {
  /** [W] probability of the predicted class, after temperature scaling. */
  readonly confidences: ArrayLike<number>;
  /** [W] 1 if the prediction is correct, else 0. */
  readonly correct: ArrayLike<number>;
}

/** How accuracy relates to confidence for held-out people. Plain JSON, part of the frozen baseline. */
export interface AccuracyCalibration {
  /** Coverage of the interval for a batch from a new person. */
  readonly coverage: number;
  /** Number of held-out people with labelled batches. */
  readonly people: number;
  /** Accuracy minus confidence, averaged over people. The estimate uses it only if there is no threshold. */
  readonly offset: number;
  /** Logit of the confidence at which a window counts as half correct. Absent from older models. */
  readonly threshold?: number;
  /** One entry per batch length, shortest first. */
  readonly rungs: readonly AccuracyRung[];
}

/** What the calibration measured on batches of one length. */
export interface AccuracyRung {
  /** Average number of windows per batch. */
  readonly windows: number;
  /** Number of people with batches of this length. */
  readonly people: number;
  /** Number of rehearsed batches of this length, over all people. */
  readonly batches: number;
  /**
   * Half of the interval's width; 1 if there are too few people for an interval. If there is a threshold, this is the
   * half-width for an estimate of 1/2, where the interval is widest.
   */
  readonly halfWidth: number;
  /**
   * Distance from the interval's lower limit to the estimate, for the same estimate as `halfWidth`. Absent from older models,
   * whose intervals are symmetric.
   */
  readonly below?: number;
  /** Distance from the estimate to the interval's upper limit, for the same estimate as `halfWidth`. */
  readonly above?: number;
  /** Smallest mean confidence of any of these batches. */
  readonly leastConfidence: number;
  /** Largest mean confidence of any of these batches. */
  readonly mostConfidence: number;
}

const share01 = z.number().min(0).max(1);

/** Largest absolute value of a threshold, in logits; a threshold at this limit lies beyond every confidence. */
const largestThreshold = 24;

export const accuracyCalibrationSchema: z.ZodType<AccuracyCalibration> = z.object({
  coverage: z.number().gt(0).lt(1),
  people: z.int().min(1),
  offset: z.number().min(-1).max(1),
  threshold: z.number().min(-largestThreshold).max(largestThreshold).exactOptional(),
  rungs: z
    .array(
      storedKeys<AccuracyRung>(
        z.object({
          windows: z.int().min(1),
          people: z.int().min(1),
          batches: z.int().min(1),
          half_width: share01,
          below: share01.exactOptional(),
          above: share01.exactOptional(),
          least_confidence: share01,
          most_confidence: share01,
        }),
      ),
    )
    .min(1),
});

export interface AccuracyEstimate {
  readonly accuracy: number;
  readonly lower: number;
  readonly upper: number;
  /**
   * Whether held-out people showed similar confidence in batches of about this length. If not, the coverage of the interval is
   * not guaranteed.
   */
  readonly rehearsed: boolean;
}

/** Default coverage of the interval, chosen arbitrarily; requires at least 9 people. */
const defaultCoverage = 0.9;
/**
 * Steepness of the sigmoid, chosen on one half of the people in WISDM and MotionSense. A hard threshold would be infinitely
 * steep; the mean confidence corresponds to a steepness of about 1.
 */
const steepness = 5;
/**
 * Added to the variance e (1 - e) of an estimate e, because accuracy varies even when the estimate is 0 or 1; chosen on one
 * half of the people in WISDM and MotionSense.
 */
const leastVariance = 0.02;
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
 * @throws RangeError if nobody has enough windows for a batch, or if a number is outside 0..1
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

/**
 * Estimates the accuracy on a batch from the network's confidence. The estimate and its interval are within 0..1. Between two
 * batch lengths, the interval's width is interpolated on a log scale of the number of windows. Beyond the longest length, the
 * width is constant. Below the shortest length, the interval is 0..1, because no width was measured.
 * @param signals network output for the batch, with the same temperature scaling as in the calibration
 */
export function estimateAccuracy(
  calibration: AccuracyCalibration,
  signals: Pick<ModelSignals, "windows" | "confidence">,
): AccuracyEstimate {
  const { windows } = signals;
  if (!(windows > 0)) throw new RangeError(`accuracy: expected a batch with windows, got ${windows}`);
  const confidence = confidenceSignalDistance(signals);
  checkAccuracyEstimateShare("confidence", confidence);
  const { rungs, offset, threshold } = calibration;
  const below = rungs.findLast((rung) => rung.windows <= windows);
  const above = rungs.find((rung) => rung.windows >= windows);
  const estimate =
    threshold === undefined
      ? confidence + offset
      : expectedCorrectForAccuracy(signals.confidence.counts, threshold) / windows;
  const scale = threshold === undefined ? 1 : accuracyDeviation(clampAccuracy(estimate)) / accuracyDeviation(1 / 2);
  const reach = (side: "below" | "above"): number => {
    if (below === undefined) return Number.POSITIVE_INFINITY;
    const lengthOf = (rung: AccuracyRung): number => rung[side] ?? rung.halfWidth;
    const at = (of: (rung: AccuracyRung) => number): number =>
      interpolateAccuracyWidth([below.windows, of(below)], [(above ?? below).windows, of(above ?? below)], windows);
    // A half-width of 1 means that there is no interval, even if the estimate lies outside 0..1.
    return at(({ halfWidth }) => halfWidth) < 1 ? at(lengthOf) * scale : Number.POSITIVE_INFINITY;
  };
  const { leastConfidence, mostConfidence } = below ?? rungs[0]!;
  return {
    accuracy: clampAccuracy(estimate),
    lower: clampAccuracy(estimate - reach("below")),
    upper: clampAccuracy(estimate + reach("above")),
    rehearsed: below !== undefined && confidence >= leastConfidence && confidence <= mostConfidence,
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
  const counts = new Array<number>(signalBinLogits.length).fill(0);
  for (const bin of bins) counts[bin]! += 1;
  // Rounding to float32 can make a confidence exceed 1.
  return { bins, counts, correct: hits, confidences: own.map((confidence) => Math.min(1, confidence)) };
}

function sumHeldOutForAccuracy(people: readonly CountedPerson[]): { counts: readonly number[]; correct: number } {
  return {
    counts: signalBinLogits.map((_, bin) => people.reduce((sum, { counts }) => sum + counts[bin]!, 0)),
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

function expectedCorrectForAccuracy(counts: readonly number[], threshold: number): number {
  return counts.reduce(
    (sum, count, bin) => (count === 0 ? sum : sum + count * accuracyEstimateScore(bin, threshold)),
    0,
  );
}

function accuracyEstimateScore(bin: number, threshold: number): number {
  return 1 / (1 + Math.exp(steepness * (threshold - signalBinLogits[bin]!)));
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

/** Standard deviation of a batch's accuracy around an estimate, up to a constant factor. */
function accuracyDeviation(estimate: number): number {
  return Math.sqrt(estimate * (1 - estimate) + leastVariance);
}

/** Interpolates on a log scale of the number of windows. */
function interpolateAccuracyWidth(
  [shorter, lower]: readonly [windows: number, width: number],
  [longer, upper]: readonly [windows: number, width: number],
  windows: number,
): number {
  if (longer === shorter) return lower;
  return lower + (Math.log(windows / shorter) / Math.log(longer / shorter)) * (upper - lower);
}

function clampAccuracy(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Means of float32 confidences can slightly exceed 1 because of rounding. */
function checkAccuracyEstimateShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1 + 1e-6)) throw new RangeError(`accuracy: expected a ${name} in 0..1, got ${value}`);
}
