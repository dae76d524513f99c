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
import { type ModelSignals, signalBinLogit } from "../summaries/model-signals.ts";
import { confidenceSignalDistance } from "./signal-distances.ts";
import { storedKeys } from "./stored-keys.ts";

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
  /** Number of windows per batch. */
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
export const largestThreshold = 24;

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

export function expectedCorrectForAccuracy(counts: readonly number[], threshold: number): number {
  return counts.reduce(
    (sum, count, bin) => (count === 0 ? sum : sum + count * accuracyEstimateScore(bin, threshold)),
    0,
  );
}

export function accuracyEstimateScore(bin: number, threshold: number): number {
  return 1 / (1 + Math.exp(steepness * (threshold - signalBinLogit(bin))));
}

/** Standard deviation of a batch's accuracy around an estimate, up to a constant factor. */
export function accuracyDeviation(estimate: number): number {
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

export function clampAccuracy(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Means of float32 confidences can slightly exceed 1 because of rounding. */
export function checkAccuracyEstimateShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1 + 1e-6)) throw new RangeError(`accuracy: expected a ${name} in 0..1, got ${value}`);
}
