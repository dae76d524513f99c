// Estimates the accuracy on a batch without any labels: the mean calibrated confidence plus an offset that was measured on
// held-out people (the "difference of confidences" method of Guillory et al. 2021, with a slope of 1).
// bench/accuracy-estimate.ts compares it with average confidence alone, a fitted slope, and ATC (Garg et al. 2022).
//
// The interval is conformal over people: it has the stated coverage for a new person who resembles the people in the
// training data. It does NOT cover drift that differs from any difference between people (another unit, noise, another place
// on the body, an activity that the network never learned), because a network can be confident and wrong. On MotionSense,
// with noise of one standard deviation on every channel, 46 % of a network's labels were still correct, but this estimate
// was 95 % and ATC's was 91 %. If the channels have drifted, the estimate is too optimistic.

import { z } from "zod";
import { groupConformalBound } from "../../stats/group-conformal.ts";
import { storedKeys } from "../summaries/summary-schemas.ts";

/** A labelled batch from a held-out person. */
export interface RehearsedBatch {
  readonly person: string;
  /** Number of windows. */
  readonly windows: number;
  /** Mean probability of the predicted class, after temperature scaling. */
  readonly confidence: number;
  /** Share of correct predictions. */
  readonly accuracy: number;
}

/** How accuracy relates to confidence on held-out people. Plain JSON, part of the frozen baseline. */
export interface AccuracyCalibration {
  /** Coverage of the interval for a batch from a new person. */
  readonly coverage: number;
  /** Number of held-out people with labelled batches. */
  readonly people: number;
  /** Accuracy minus confidence, averaged over people. */
  readonly offset: number;
  /** One entry per batch length, shortest first. */
  readonly rungs: readonly AccuracyRung[];
}

/** What the calibration measured on batches of one length. */
export interface AccuracyRung {
  /** Average number of windows per batch. */
  readonly windows: number;
  /** Number of people with batches of this length. */
  readonly people: number;
  /** Number of rehearsed batches of this length. */
  readonly batches: number;
  /** Half of the interval's width; 1 if there are too few people for an interval. */
  readonly halfWidth: number;
  /** Smallest confidence seen. */
  readonly leastConfidence: number;
  /** Largest confidence seen. */
  readonly mostConfidence: number;
}

const share01 = z.number().min(0).max(1);

export const accuracyCalibrationSchema: z.ZodType<AccuracyCalibration> = z.object({
  coverage: z.number().gt(0).lt(1),
  people: z.int().min(1),
  offset: z.number().min(-1).max(1),
  rungs: z
    .array(
      storedKeys<AccuracyRung>(
        z.object({
          windows: z.int().min(1),
          people: z.int().min(1),
          batches: z.int().min(1),
          half_width: share01,
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
   * Whether held-out people reached this confidence in batches of about this length. If not, the interval guarantees nothing.
   */
  readonly rehearsed: boolean;
}

/** An arbitrary default. An interval with this coverage needs at least 9 people. */
const defaultCoverage = 0.9;

/**
 * @param batches out-of-fold predictions in batches of several lengths; every person has equal weight
 * @throws RangeError if there are no batches or a number is outside 0..1
 */
export function calibrateAccuracy(
  batches: readonly RehearsedBatch[],
  coverage: number = defaultCoverage,
): AccuracyCalibration {
  if (batches.length === 0) throw new RangeError("accuracy: expected rehearsed batches, got none");
  for (const { windows, confidence, accuracy } of batches) {
    checkAccuracyShare("confidence", confidence);
    checkAccuracyShare("accuracy", accuracy);
    if (!(Number.isInteger(windows) && windows > 0)) {
      throw new RangeError(`accuracy: expected a number of windows above 0, got ${windows}`);
    }
  }
  const offsets = new Map<string, number>();
  for (const [person, own] of Map.groupBy(batches, (batch) => batch.person)) {
    const windows = own.reduce((sum, batch) => sum + batch.windows, 0);
    offsets.set(person, own.reduce((sum, batch) => sum + batch.windows * accuracyGap(batch), 0) / windows);
  }
  const sum = [...offsets.values()].reduce((total, value) => total + value, 0);
  const offsetOfOthers = (person: string): number =>
    offsets.size === 1 ? 0 : (sum - offsets.get(person)!) / (offsets.size - 1);
  const lengths = [...Map.groupBy(batches, (batch) => batch.windows)].sort(([a], [b]) => a - b);
  return {
    coverage,
    people: offsets.size,
    offset: sum / offsets.size,
    rungs: lengths.map(([windows, ofLength]) => {
      const groups = [...Map.groupBy(ofLength, (batch) => batch.person)].map(([person, own]) =>
        own.map((batch) => Math.abs(accuracyGap(batch) - offsetOfOthers(person))),
      );
      const confidences = ofLength.map(({ confidence }) => confidence);
      return {
        windows,
        people: groups.length,
        batches: ofLength.length,
        halfWidth: Math.min(1, groupConformalBound(groups, coverage)),
        leastConfidence: Math.min(...confidences),
        mostConfidence: Math.max(...confidences),
      };
    }),
  };
}

/**
 * The estimate and its interval are within 0..1. Between two batch lengths, the half width is interpolated over the
 * logarithm of the number of windows. Beyond the longest length it is constant. Below the shortest length nothing is
 * guaranteed, and the interval is 0..1.
 * @param confidence mean probability of the predicted class, as in the calibration
 */
export function estimateAccuracy(
  calibration: AccuracyCalibration,
  { windows, confidence }: { windows: number; confidence: number },
): AccuracyEstimate {
  checkAccuracyShare("confidence", confidence);
  if (!(windows > 0)) throw new RangeError(`accuracy: expected a batch with windows, got ${windows}`);
  const { rungs, offset } = calibration;
  const below = rungs.findLast((rung) => rung.windows <= windows);
  const above = rungs.find((rung) => rung.windows >= windows);
  const estimate = confidence + offset;
  const known = below === undefined ? 1 : interpolateAccuracyWidth(below, above ?? below, windows);
  // A half width of 1 means no interval, even around an estimate outside 0..1.
  const halfWidth = known < 1 ? known : Number.POSITIVE_INFINITY;
  const { leastConfidence, mostConfidence } = below ?? rungs[0]!;
  return {
    accuracy: clampAccuracy(estimate),
    lower: clampAccuracy(estimate - halfWidth),
    upper: clampAccuracy(estimate + halfWidth),
    rehearsed: below !== undefined && confidence >= leastConfidence && confidence <= mostConfidence,
  };
}

function accuracyGap({ accuracy, confidence }: RehearsedBatch): number {
  return accuracy - confidence;
}

function interpolateAccuracyWidth(below: AccuracyRung, above: AccuracyRung, windows: number): number {
  if (above.windows === below.windows) return below.halfWidth;
  const part = Math.log(windows / below.windows) / Math.log(above.windows / below.windows);
  return below.halfWidth + part * (above.halfWidth - below.halfWidth);
}

function clampAccuracy(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Means of float32 confidences may exceed 1 slightly because of rounding. */
function checkAccuracyShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1 + 1e-6)) throw new RangeError(`accuracy: expected a ${name} in 0..1, got ${value}`);
}
