// What a model knows about drift-free batches, for each kind of reference: the usual size of each statistic, the scores, and
// which statistic the score is computed from. `calibrate` computes this data, baseline_stats.json stores it, and every check
// reads it.
//
// A stream's own past provides two references: its first N batches (the anchor) and its last N (the rolling reference). Both
// share one calibration, because they are alike in the absence of drift. We tried and rejected a third kind, which compared the
// last N batches as a whole with the first N: it is available only once per N batches, so it detected steps and ramps later
// than comparisons of single batches.

import { z } from "zod";
import { type ClassStandards, classStandardsSchema } from "./class-standards.ts";
import { type NullRung, nullRungSchema } from "./null-scores.ts";
import { type ScoreStatistic, type Standard, scoreSchema, standardSchema } from "./score.ts";
import { storedKeys } from "./stored-keys.ts";

/**
 * Drift-free batches of one length: `seconds` is their average length, computed from the effective size of the compared pairs.
 */
export interface CalibrationRung extends NullRung {
  /** Usual size of each statistic without drift. */
  readonly standard: Standard;
  /** Score above which a batch cannot be explained by chance. */
  readonly reach: number;
  /**
   * Shares of false alarms for a held-out person's drift-free batches, judged by the other people's calibration; null if there
   * is only one person.
   */
  readonly false_alarms: {
    /** Share with p <= .05. */
    readonly p_at_most_5_percent: number;
    /** Share with p <= .01. */
    readonly p_at_most_1_percent: number;
    /** Share whose score exceeds `reach`. */
    readonly beyond_reach: number;
  } | null;
  /**
   * In older calibrations, the alarm level divided by the requested run length, or 1 if it was not measured. Always 1 in newer
   * ones, which store the factors in `streams`.
   */
  readonly evidence_factor: number;
}

/** A figure for each statistic. */
export type SeenByStatistic = Readonly<Record<"ks" | "ksWithinClasses", number>> & {
  /** Absent from older calibrations. */
  readonly ksByClass?: number;
};

/** Statistics and scores of drift-free batches, for one kind of reference. */
export interface KindCalibration {
  /**
   * How the batch of each rehearsed pair was kept separate from its reference. "bouts" means only by random resampling (a
   * stationary block bootstrap of all recordings), because there were too few people to hold one out. In that case, a new
   * person's batches are further away than rehearsed ones.
   */
  readonly apart: "people" | "recordings" | "halves of recordings" | "bouts";
  /**
   * The statistic that the score is computed from. Against a stream's own past, it is the statistic for which the evidence of a
   * shift grows fastest, if shifts were rehearsed.
   */
  readonly statistic: ScoreStatistic;
  /**
   * For each statistic, the share of batches with p <= .05 after a shift of `shift_sd` in one channel; null if no shifts were
   * rehearsed.
   */
  readonly seen:
    | ({
        /** Size of the shift, in standard deviations of the channel. */
        readonly shift_sd: number;
        /** For each statistic, growth of ln(evidence) per batch after a shift of `shift_sd` in one channel. */
        readonly growth?: SeenByStatistic;
      } & SeenByStatistic)
    | null;
  /** Usual distances within each class; absent from older calibrations. */
  readonly classes?: ClassStandards;
  /** One rung per effective length of a comparison, shortest first. */
  readonly rungs: readonly CalibrationRung[];
  /** Separate rungs for batches that share few, some and many classes with their reference, fewest first. */
  readonly mixes?: readonly MixRungs[];
  /** One per batch length, shortest first; absent from older calibrations, which store the factors in the rungs. */
  readonly streams?: readonly StreamRung[];
}

/**
 * The rungs for comparisons that share a similar number of classes. There are separate rungs by number of common classes,
 * because a single activity varies more from day to day than the mean over several.
 */
export interface MixRungs {
  /** Minimum effective number of common classes; see `effectiveCountForClassStandards`. */
  readonly from_classes: number;
  /** Upper limit of the effective number of common classes, exclusive; null if there is no limit. */
  readonly to_classes: number | null;
  /** One rung per effective length of a comparison, shortest first. */
  readonly rungs: readonly CalibrationRung[];
}

/** Drift-free streams of batches of one length. */
export interface StreamRung {
  /** Length of a batch. */
  readonly seconds: number;
  /**
   * A factor of 30 to 1,000: the alarm level divided by the requested run length. Chosen so that drift-free streams from held-out
   * people reach that run length; see `evidenceFactor`. In calibrations of earlier versions, it may be smaller.
   */
  readonly evidence_factor: number;
}

/** What a batch is compared with: the training data, or the stream's own past. */
export type CalibrationKind = "baseline" | "own_past";

/** What the model knows about drift-free batches. */
export interface Calibration {
  /** Number of batches in the rolling reference and in the anchor. */
  readonly reference_batches: number;
  /** Calibrations of the kinds of reference for which there were enough recordings. */
  readonly kinds: Readonly<Partial<Record<CalibrationKind, KindCalibration>>>;
  /**
   * For each channel and signal, seconds per independent value (the integrated autocorrelation time). Used for kinds of
   * reference without a calibration. Null if, for some signal, nobody's recordings were long enough to measure it.
   */
  readonly correlation_seconds: Readonly<Record<string, number>> | null;
  /** The days that were rehearsed; absent from older calibrations, whose days changed activity with every chunk. */
  readonly day?: RehearsedDay;
  /** The run length measured at the alarm level; absent from older calibrations and when too few people could be rehearsed. */
  readonly run_length?: MeasuredRunLength;
  /** The largest changes of the sensors that the training data seems to show; absent from older calibrations. */
  readonly largest_changes?: LargestChanges;
}

/** The largest changes within one person's drift-free data, as multiples of the usual limits; see `largestChanges`. */
export interface LargestChanges {
  /** Change of what the sensors measure at rest; 0 if it could not be measured. */
  readonly at_rest: number;
  /** Change of how far gravity turns compared with what the gyroscope measures; 0 if it could not be measured. */
  readonly turning: number;
  /**
   * The choice of signs of the gyroscope's axes that fits the training data, as an index of `TurningSums.misfits`; null if none
   * does. Absent from older calibrations.
   */
  readonly signs?: number | null;
}

/** Number of batches between false alarms, measured on people and days outside the calibration; see `measureRunLength`. */
export interface MeasuredRunLength {
  /** The requested run length. */
  readonly asked: number;
  /** Lower confidence limit for the mean number of batches to a stream's first false alarm. */
  readonly at_least: number;
  /** Confidence of that limit. */
  readonly confidence: number;
  /** Number of people whose days were judged, each by a calibration without that person. */
  readonly people: number;
  /** Length of a batch. */
  readonly seconds: number;
  /** Results for each kind of day; each person has one stream per kind. */
  readonly days: readonly {
    /** How the days were put together: as recorded, or from bouts. */
    readonly day: RehearsedDay;
    /** Number of batches over all streams, each counted up to its first alarm or, if it has none, to its end. */
    readonly batches: number;
    /** Number of streams with an alarm. */
    readonly alarms: number;
  }[];
}

/** "recorded" for the recorded order, or bouts of one activity. */
export type RehearsedDay =
  | "recorded"
  | {
      /** Range in seconds from which each day's mean bout length is drawn. */
      readonly bout_seconds: readonly [shortest: number, longest: number];
    };

/** Returns the days that were rehearsed for a calibration; null if there were none or the calibration is older. */
export function calibrationDay({ kinds, day }: Calibration): RehearsedDay | null {
  return Object.keys(kinds).length === 0 ? null : (day ?? null);
}

/** What a calibration is based on, and what it promises; each part is null if it was not measured. */
export interface MeasuredCalibration {
  readonly day: RehearsedDay | null;
  readonly runLength: MeasuredRunLength | null;
  readonly largestChanges: LargestChanges | null;
}

export function measuredCalibration(calibration: Calibration): MeasuredCalibration {
  const { run_length: runLength = null, largest_changes: largestChanges = null } = calibration;
  return { day: calibrationDay(calibration), runLength, largestChanges };
}

const share = z.number().min(0).max(1);
const storedStatistics = { ks: "ks", ks_within_classes: "ksWithinClasses", ks_by_class: "ksByClass" } as const;
type Seen = NonNullable<KindCalibration["seen"]>;

const rungsSchema = z
  .array(
    nullRungSchema.extend({
      standard: standardSchema,
      reach: scoreSchema,
      false_alarms: z
        .object({ p_at_most_5_percent: share, p_at_most_1_percent: share, beyond_reach: share })
        .nullable(),
      evidence_factor: z.number().min(1).max(1e100),
    }),
  )
  .min(1);

const kindSchema = z.object({
  apart: z.enum(["people", "recordings", "halves of recordings", "bouts"]),
  statistic: z
    .enum(["ks", "ks_within_classes", "ks_by_class"])
    .transform((stored): ScoreStatistic => storedStatistics[stored]),
  classes: classStandardsSchema.exactOptional(),
  seen: z
    .object({
      shift_sd: z.number(),
      ks: share,
      ks_within_classes: share,
      ks_by_class: share.exactOptional(),
      growth: storedKeys<NonNullable<Seen["growth"]>>(
        z.object({ ks: z.number(), ks_within_classes: z.number(), ks_by_class: z.number().exactOptional() }),
      ).exactOptional(),
    })
    .transform(({ ks_within_classes: ksWithinClasses, ks_by_class: ksByClass, ...own }) => ({
      ...own,
      ksWithinClasses,
      ...(ksByClass !== undefined && { ksByClass }),
    }))
    .nullable(),
  rungs: rungsSchema,
  mixes: z
    .array(
      z.object({
        from_classes: z.number().min(0).max(1e6),
        to_classes: z.number().positive().max(1e6).nullable(),
        rungs: rungsSchema,
      }),
    )
    .exactOptional(),
  streams: z
    .array(z.object({ seconds: z.number().positive().max(1e9), evidence_factor: z.number().min(1).max(1e100) }))
    .min(1)
    .exactOptional(),
});

export const rehearsedDaySchema: z.ZodType<RehearsedDay> = z
  .union([
    z.literal("recorded"),
    z.object({ bout_seconds: z.tuple([z.number().positive().max(1e9), z.number().positive().max(1e9)]) }),
  ])
  .describe(
    "the rehearsed days: recorded order, or the range in seconds from which each day's mean bout length was drawn",
  );

export const runLengthSchema: z.ZodType<MeasuredRunLength> = z
  .object({
    asked: z.number().positive().max(1e9),
    at_least: z.int().min(0),
    confidence: share,
    people: z.int().min(1),
    seconds: z.number().positive().max(1e9),
    days: z.array(z.object({ day: rehearsedDaySchema, batches: z.int().min(1), alarms: z.int().min(0) })).min(1),
  })
  .describe("batches between false alarms, measured on people and days outside the calibration");

export const largestChangesSchema: z.ZodType<LargestChanges> = z
  .object({
    at_rest: z.number().min(0).max(1e9),
    turning: z.number().min(0).max(1e9),
    signs: z.int().min(0).max(7).nullable().exactOptional(),
  })
  .describe(
    "largest changes within one person's training data, of what the sensors measure at rest and of how far gravity turns, as " +
      "multiples of the usual limits; and which axes of the gyroscope have the opposite sign (the sum of 1, 2 and 4), or null " +
      "if the training data does not show that",
  );

export const calibrationSchema: z.ZodType<Calibration> = z.object({
  reference_batches: z
    .int()
    .min(1)
    .max(10_000)
    .describe("number of batches in the rolling reference and in the anchor"),
  kinds: z.object({
    baseline: kindSchema.exactOptional(),
    own_past: kindSchema.exactOptional(),
  }),
  correlation_seconds: z.record(z.string(), z.number().positive().max(1e9)).nullable(),
  day: rehearsedDaySchema.exactOptional(),
  run_length: runLengthSchema.exactOptional(),
  largest_changes: largestChangesSchema.exactOptional(),
});
