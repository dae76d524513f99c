// The result of a check, as printed with --json, stored in the ledger and published as a schema. Keys are snake_case, as in
// the other files that other tools read. Comparisons that could not be made are left out, never filled in.

/** What a batch is compared with: the training data, the stream's first batches, or its latest batches. */
export type ReferenceName = "baseline" | "anchor" | "rolling";

/** Distances of one channel from a reference; each is 0 for equal data, except the ratio, which is 1. */
export interface CheckedChannel {
  /** Kolmogorov-Smirnov distance, 0 to 1. */
  ks: number;
  /** The same distance within each predicted class, averaged over the classes. */
  ks_within_classes: number;
  /** The same, each class standardised by what is usual for it; 0 without standards. Absent from older results. */
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
   * The channel's score; the largest of them is the comparison's `score`. Absent if the channel was not considered, and from
   * results of earlier versions.
   */
  score?: number;
}

/** Comparison of the batch with one reference. */
export interface CheckedComparison {
  /** Which reference. */
  reference: ReferenceName;
  /** How the drift-free batches behind the p-value were separated from their reference, or what was used instead of them. */
  method: "people" | "recordings" | "halves of recordings" | "bouts" | "effective sample size" | "constants";
  /** Share of drift-free batches that are at least as far away; null if judged by constants. */
  p_value: number | null;
  /** Number of rehearsed drift-free batches with which the batch was compared. */
  null_batches: number;
  /**
   * Number of people to whom these batches belong. A p-value below 1 / (people + 1) assumes that no new person is more
   * unusual than all of them. Absent from results of earlier versions.
   */
  people?: number;
  /** How many of them scored at least as high. */
  as_high: number;
  /** Smallest p-value that this many batches can give. */
  resolution: number;
  /** The score behind the p-value: the largest distance, relative to what is usual. */
  score: number;
  /** Channel or signal that is furthest away. */
  channel: string;
  /** Statistic by which it is furthest away. */
  statistic: string;
  /**
   * Whether the batch spreads more widely than chance explains, which is strong evidence, or has values that no person
   * can cause, which raise an alarm by themselves.
   */
  beyond_chance: boolean;
  /** Effective length of the batch in seconds. */
  seconds: number;
  /** Share of the batch in classes that the reference lacks. */
  unseen_share: number;
  /** With fixed thresholds: statistics above their constants; `level` is "moderate" or "large". */
  exceeded: { channel: string; statistic: string; value: number; level: string }[];
  /** Distances by channel; empty if the result has been shortened. */
  channels: Record<string, CheckedChannel>;
}

/** Output of the network on the batch, compared with one reference. */
export interface SignalsAgainst {
  /** Total variation distance between the class shares, 0 to 1. */
  mix_shift: number;
  /** KS distance between the confidences. */
  confidence_ks: number;
  /** KS distance between the entropies. */
  entropy_ks: number;
  /** KS distance between the margins (the most probable class over the second). */
  margin_ks: number;
  /** Mean confidence minus that of the reference. */
  confidence_shift: number;
  /** Flip rate minus that of the reference; null if either has none. */
  flip_rate_shift: number | null;
}

/** Fields that every result has. */
export interface AnyBatch {
  schema_version: 1;
  /** Unique within its stream. */
  batch_id: string;
  /** Stream that the batch belongs to. */
  stream: string;
  /** Version of the model that judged the batch. */
  model_version: string;
  /** ISO 8601, UTC. */
  checked_at: string;
}

/** The result for a batch that could be judged. */
export interface JudgedBatch extends AnyBatch {
  /** State of the stream after this batch. */
  verdict: "normal" | "gradual_drift" | "sudden_change";
  /** Whether the name of the change is final; it becomes final five batches after the alarm. */
  confirmed: boolean;
  /** Id of the batch at which the alarm began; null without an alarm. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun; null if unknown. */
  change_point: string | null;
  /** Whether the batch entered the references, so that later batches are compared with it. */
  entered_references: boolean;
  /** Whether the batch differs from the stream's past without raising an alarm. If so, it stays out of the references. */
  doubtful: boolean;
  /**
   * Why the batch neither adds to the evidence nor enters the references, whatever the verdict; null if it counts. Absent from
   * results of earlier versions.
   */
  not_counted?: { reason: "same_data" | "not_worn"; message: string } | null;
  /**
   * Time in uninterrupted periods without movement, which was left out, and the duration of the batch. Such a period lasts at
   * least ten minutes (not worn, charging or asleep), or contains a minute in which the sensor lay on something. Absent if the
   * batch came as a summary of an earlier version, and from results of earlier versions.
   */
  still?: { seconds: number; of_seconds: number };
  /** Whether the batch differs from the people in the training data. */
  unfamiliar: boolean;
  /**
   * Whether the alarm is raised because the stream's first batches are so far from the training data, on average, that hardly
   * any person explains them. Absent from results of earlier versions.
   */
  stranger?: boolean;
  /** Thresholds used to judge it. */
  thresholds: "calibrated" | "fixed";
  /** Rows read and kept. */
  rows: number;
  /** Windows labelled. */
  windows: number;
  /** Recorded time. */
  seconds: number;
  /** Reference from which the batch is furthest away; null if nothing could be compared. */
  leading: ReferenceName | null;
  /** One comparison per available reference. */
  comparisons: CheckedComparison[];
  /**
   * Signs of drift, and how many of them raise an alarm for the requested run length. `share` is `value` divided by
   * `alarm_at`, and at least 1 during an alarm. `raised_by` is what raises the alarm: the evidence of several batches, this
   * batch alone, or a constant; null without an alarm. Results of earlier versions have neither, and their `value` may be 0
   * during an alarm.
   */
  evidence: {
    value: number;
    alarm_at: number;
    share?: number;
    raised_by?: "evidence" | "beyond_chance" | "constants" | null;
    average_run_length: number;
  };
  /**
   * P-values at or below these make the batch `unfamiliar` (against the training data) or `doubtful` (against the stream's
   * own past). Absent from results of earlier versions.
   */
  p_limits?: { unfamiliar: number; doubtful: number };
  /**
   * Capacity of a reference in batches, and the number of batches that the rolling reference and the anchor held before this
   * batch.
   */
  references: { window_size: number; rolling_batches: number; anchor_batches: number };
  /** Output of the network on the batch, by itself and compared with each reference. */
  signals: {
    class_shares: Record<string, number>;
    mean_confidence: number;
    flip_rate: number | null;
    against: Partial<Record<ReferenceName, SignalsAgainst>>;
  };
  /**
   * Accuracy estimated without labels, with an interval for new people; null if it cannot be estimated. `rehearsed` is true
   * if held-out people had a similar confidence, so that the interval can be relied on.
   */
  accuracy: { estimate: number; lower: number; upper: number; coverage: number; rehearsed: boolean } | null;
  /** Why the accuracy cannot be estimated; null if it can. Absent from results of earlier versions. */
  accuracy_unknown?: string | null;
  /** Faults that would explain the change, each with the share of the change that it explains (0 to 1). */
  likely_causes: { kind: string; channels: string[]; fault: string; weight: number }[];
  /**
   * Sensors with impossible values; `message` says what was measured and what is possible. Absent if the batch came as a
   * summary and shows none, and from results of earlier versions.
   */
  impossible?: { sensor: string; channels: string[]; message: string }[];
  /**
   * What could not be judged because the batch came as a summary without its samples: the quality gate (`quality`), or what
   * the fields with these names would hold. Absent if everything was judged, and from results of earlier versions.
   */
  left_out?: ("quality" | "still" | "impossible" | "likely_causes")[];
  /** Warnings for the reader. */
  warnings: string[];
}

/** The result for a batch that the quality gate rejected. */
export interface RejectedBatch extends AnyBatch {
  verdict: "rejected";
  /** What was expected and what was found. `code` is one of a fixed set; further keys give the place. */
  reasons: {
    code: string;
    message: string;
    advice?: string;
    expected: string;
    found: string;
    [key: string]: unknown;
  }[];
}

/** Result of a check. */
export type CheckResult = JudgedBatch | RejectedBatch;

/** The part of a result that is kept forever. The distances by channel, which make up most of a result, are dropped. */
export function shortenCheckResult(result: CheckResult): CheckResult {
  if (result.verdict === "rejected") return result;
  return { ...result, comparisons: result.comparisons.map((comparison) => ({ ...comparison, channels: {} })) };
}
