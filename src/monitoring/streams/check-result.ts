// The result of a check, in the form printed by --json, stored in the ledger and described by a published schema. Its keys are
// in snake_case, as in every file that other tools read. Comparisons that could not be made are omitted, never filled in.

/** What a batch is compared with: the training data, the stream's first batches, or its most recent batches. */
export type ReferenceName = "baseline" | "anchor" | "rolling";

/**
 * Distances of one channel from a reference. For equal data, `sd_ratio` is 1, `ks_by_class` is negative (0 if the usual values
 * are unknown), and every other distance is 0.
 */
export interface CheckedChannel {
  /** Kolmogorov-Smirnov distance, 0 to 1. */
  ks: number;
  /** Kolmogorov-Smirnov distance within each predicted class, averaged over the classes. */
  ks_within_classes: number;
  /**
   * Kolmogorov-Smirnov distances within the predicted classes, each standardised by the class's usual values, then combined; 0
   * if these values are unknown. Absent from results of earlier versions.
   */
  ks_by_class?: number;
  /** Population stability index over the reference's deciles, 0 or more. */
  psi: number;
  /** Wasserstein-1 distance, in standard deviations of the baseline. */
  wasserstein: number;
  /** Jensen-Shannon distance between the shares per bin, 0 to 1. */
  jensen_shannon: number;
  /** Mean of the batch minus mean of the reference, in standard deviations of the baseline. */
  mean_shift: number;
  /** Standard deviation of the batch divided by that of the reference. */
  sd_ratio: number;
  /**
   * The channel's score. A comparison's `score` is the largest score of any channel or signal. Absent if the channel was not
   * considered, and from results of earlier versions.
   */
  score?: number;
}

/** Comparison of the batch with one reference. */
export interface CheckedComparison {
  /** The reference that the batch is compared with. */
  reference: ReferenceName;
  /**
   * How the drift-free batches that the p-value is based on were kept separate from their reference, or what was used instead
   * of them.
   */
  method: "people" | "recordings" | "halves of recordings" | "bouts" | "effective sample size" | "constants";
  /** Probability that a drift-free batch is at least as far from the reference; null if judged by constants. */
  p_value: number | null;
  /** Number of rehearsed drift-free batches that the batch was compared with. */
  null_batches: number;
  /**
   * Number of people whose drift-free batches the p-value is based on. A p-value below 1 / (people + 1) assumes that no new
   * person is more unusual than all of them. Absent from results of earlier versions.
   */
  people?: number;
  /** Number of drift-free batches that scored at least as high as this batch. */
  as_high: number;
  /** Smallest p-value that `null_batches` drift-free batches can give. */
  resolution: number;
  /** The score that the p-value is based on: the largest distance of any channel or signal, relative to its usual values. */
  score: number;
  /** Channel or signal that is furthest away. */
  channel: string;
  /** Statistic that is furthest from its usual values. */
  statistic: string;
  /**
   * Whether the values spread more widely than chance can explain, which is strong evidence, or no person can cause them, which
   * raises an alarm on its own.
   */
  beyond_chance: boolean;
  /** Effective length of the compared data in seconds. */
  seconds: number;
  /** Share of the batch in classes that are missing from the reference. */
  unseen_share: number;
  /** Statistics above their fixed thresholds, if such thresholds are used. */
  exceeded: {
    /** Channel or signal. */
    channel: string;
    /** Name of the statistic. */
    statistic: string;
    /** Value of the statistic. */
    value: number;
    /** `moderate` or `large`. */
    level: string;
  }[];
  /** Distances by channel; empty if the result has been shortened. */
  channels: Record<string, CheckedChannel>;
}

/** The network's output for the batch, compared with one reference. */
export interface SignalsAgainst {
  /** Total variation distance between the class shares, 0 to 1. */
  mix_shift: number;
  /** KS distance between the confidences. */
  confidence_ks: number;
  /** KS distance between the entropies. */
  entropy_ks: number;
  /** KS distance between the margins (of the most probable class over the second). */
  margin_ks: number;
  /** Mean confidence in the batch minus mean confidence in the reference. */
  confidence_shift: number;
  /** Flip rate of the batch minus flip rate of the reference; null if either flip rate is unknown. */
  flip_rate_shift: number | null;
}

/** Fields present in every result. */
export interface AnyBatch {
  schema_version: 1;
  /** Id of the batch, unique within its stream. */
  batch_id: string;
  /** Stream that the batch belongs to. */
  stream: string;
  /** Version of the model that judged the batch. */
  model_version: string;
  /** When the batch was checked; ISO 8601, UTC. */
  checked_at: string;
}

/** The result for a batch that could be judged. */
export interface JudgedBatch extends AnyBatch {
  /** State of the stream after this batch. */
  verdict: "normal" | "gradual_drift" | "sudden_change";
  /** Whether the kind of drift is final. It can change until five batches after the alarm began. */
  confirmed: boolean;
  /** Id of the batch at which the alarm began; null if there is no alarm, or if it began more than 99 judged batches ago. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun; null if unknown. */
  change_point: string | null;
  /** Whether the batch entered the references, so that later batches are compared with it. */
  entered_references: boolean;
  /**
   * Whether the batch is kept out of the references even if it raises no alarm, because it differs from the stream's past or
   * may have had a fault from the start.
   */
  doubtful: boolean;
  /**
   * Why the batch, whatever the verdict, neither adds to the evidence nor enters the references; null if it counts. Absent from
   * results of earlier versions.
   */
  not_counted?: {
    /**
     * `same_data` if the batch repeats data that was already checked; `not_worn` if the whole batch was left out as time
     * without movement, or if nothing moved in it and the sensor had not been worn before it or has not moved for ten minutes.
     */
    reason: "same_data" | "not_worn";
    /** The reason in words. */
    message: string;
  } | null;
  /**
   * Time without movement that was left out. A period without movement is left out if it lasts at least ten minutes (not worn,
   * charging or asleep) or contains a minute during which the sensor was lying on something. Absent from results of earlier
   * versions, and if an earlier version made the summary.
   */
  still?: {
    /** Time that was left out. */
    seconds: number;
    /** Duration of the batch. */
    of_seconds: number;
  };
  /** Whether the batch differs from the people in the training data. */
  unfamiliar: boolean;
  /**
   * Whether the alarm is raised because the stream's first batches are, on average, further from the training data than those
   * of almost any other person. Absent from results of earlier versions.
   */
  stranger?: boolean;
  /** Thresholds that the batch was judged by. */
  thresholds: "calibrated" | "fixed";
  /** Number of rows read and kept. */
  rows: number;
  /** Number of windows labelled by the network. */
  windows: number;
  /** Recorded time in seconds. */
  seconds: number;
  /** Reference that the batch is furthest from; null if nothing could be compared. */
  leading: ReferenceName | null;
  /** One comparison per reference that the batch could be compared with. */
  comparisons: CheckedComparison[];
  /**
   * Evidence for drift. Results from earlier versions lack `share` and `raised_by`, and in them `value` may be 0 during an
   * alarm.
   */
  evidence: {
    /** Evidence after this batch. */
    value: number;
    /** Evidence that raises an alarm at the requested average run length. */
    alarm_at: number;
    /** `value` divided by `alarm_at`; at least 1 during an alarm. */
    share?: number;
    /** What raises the alarm: the evidence of several batches, this batch alone, or a constant; null without an alarm. */
    raised_by?: "evidence" | "beyond_chance" | "constants" | null;
    /** Requested average number of batches between false alarms. */
    average_run_length: number;
  };
  /**
   * P-values at or below these make the batch `unfamiliar` or `doubtful`. Absent from results of earlier versions.
   */
  p_limits?: {
    /** Limit for the comparison with the training data. */
    unfamiliar: number;
    /** Limit for the comparisons with the stream's own past. */
    doubtful: number;
  };
  /** The sizes of the references, in batches, before this batch. */
  references: {
    /** Capacity of a reference. */
    window_size: number;
    /** Number of batches in the rolling reference. */
    rolling_batches: number;
    /** Number of batches in the anchor. */
    anchor_batches: number;
  };
  /** The network's output for the batch, and how it differs from the output for each reference. */
  signals: {
    /** Share of the windows by predicted class. */
    class_shares: Record<string, number>;
    /** Mean confidence of the predictions. */
    mean_confidence: number;
    /** Share of consecutive windows whose labels differ; null if there are no consecutive windows. */
    flip_rate: number | null;
    /** Differences by reference. */
    against: Partial<Record<ReferenceName, SignalsAgainst>>;
  };
  /**
   * Accuracy estimated without labels, with an interval for new people; null if it cannot be estimated.
   */
  accuracy: {
    /** The estimated accuracy, 0 to 1. */
    estimate: number;
    /** Lower limit of the interval. */
    lower: number;
    /** Upper limit of the interval. */
    upper: number;
    /** Share of people for whom the interval should contain the accuracy. */
    coverage: number;
    /** Whether held-out people showed similar confidence, so that the interval is reliable. */
    rehearsed: boolean;
  } | null;
  /** Why the accuracy cannot be estimated; null if it can. Absent from results of earlier versions. */
  accuracy_unknown?: string | null;
  /** Faults that would explain the change. */
  likely_causes: {
    /** Kind of the fault. */
    kind: string;
    /** Channels that have the fault. */
    channels: string[];
    /** The fault in words. */
    fault: string;
    /** Share of the change that the fault accounts for, or share of the batch that shows it, 0 to 1. */
    weight: number;
  }[];
  /**
   * Sensors with impossible values. Absent if there are none and the batch was sent as a summary, and from results of earlier
   * versions.
   */
  impossible?: {
    /** Name of the sensor. */
    sensor: string;
    /** The channels of the sensor. */
    channels: string[];
    /** The measured and the possible values, in words. */
    message: string;
  }[];
  /**
   * What could not be determined because the batch was sent as a summary without samples: the quality gate (`quality`), or the
   * fields with these names; `impossible` then contains only what a summary shows. Absent if nothing was left out, and from
   * results of earlier versions.
   */
  left_out?: ("quality" | "still" | "impossible" | "likely_causes")[];
  /** Warnings for the reader. */
  warnings: string[];
}

/** The result for a batch that the quality gate rejected. */
export interface RejectedBatch extends AnyBatch {
  verdict: "rejected";
  /** The faults found. Further keys locate the fault. */
  reasons: {
    /** One of a fixed set. */
    code: string;
    /** The fault in words. */
    message: string;
    /** What to do next. */
    advice?: string;
    /** What was expected. */
    expected: string;
    /** What was found instead. */
    found: string;
    [key: string]: unknown;
  }[];
}

/** Result of a check. */
export type CheckResult = JudgedBatch | RejectedBatch;

/**
 * Returns the part of a result that is kept until the stream is erased: everything but the per-channel distances, which make up
 * most of it.
 */
export function checkResultWithoutDistances(result: CheckResult): CheckResult {
  if (result.verdict === "rejected") return result;
  return { ...result, comparisons: result.comparisons.map((comparison) => ({ ...comparison, channels: {} })) };
}
