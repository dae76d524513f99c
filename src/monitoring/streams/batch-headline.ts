// The summary of a batch that is shown in lists of streams. The ledger keeps headlines until the stream is erased, so that
// 20,000 streams can be listed without reading any full results. Each headline also contains the state of the stream and when
// that state began, so the last headline shows how long a stream has been in alarm.
import { z } from "zod";
import { alarmShare } from "../../alarm-share.ts";
import type { CheckResult, JudgedBatch, ReferenceName } from "./check-result.ts";

/** The headline of a batch. */
export interface BatchHeadline {
  /** Verdict on the batch. */
  readonly verdict: CheckResult["verdict"];
  /**
   * State of the stream after the batch: the verdict on its last batch that could be judged; null if there is no such batch.
   */
  readonly state: JudgedBatch["verdict"] | null;
  /**
   * Time of the batch at which the current alarm began or, if there is none, of the first judged batch since the last alarm or
   * since the start of the stream; ISO 8601, UTC. Null if no batch has been judged yet.
   */
  readonly since: string | null;
  /** Whether the kind of drift is final; while it is not, a later batch may change it. */
  readonly confirmed: boolean;
  /** Evidence as a fraction of the alarm level, rounded to four digits; null for a rejected batch. */
  readonly evidence: number | null;
  /** Reference that the batch is furthest from; null if nothing could be compared. */
  readonly reference: ReferenceName | null;
  /** Channel or signal that is furthest away from `reference`; null if that is null. */
  readonly channel: string | null;
}

export const batchHeadlineSchema: z.ZodType<BatchHeadline> = z.object({
  verdict: z.enum(["normal", "gradual_drift", "sudden_change", "rejected"]),
  state: z.enum(["normal", "gradual_drift", "sudden_change"]).nullable(),
  since: z.iso.datetime().nullable(),
  confirmed: z.boolean(),
  evidence: z.number().min(0).nullable(),
  reference: z.enum(["baseline", "anchor", "rolling"]).nullable(),
  channel: z.string().nullable(),
});

/** Maximum length of a channel name in a headline; longer names are truncated. */
const longestChannel = 200;

/** Parses a headline from a ledger; null if another version wrote it in a different form. */
export function storedHeadline(stored: unknown): BatchHeadline | null {
  return batchHeadlineSchema.safeParse(stored).data ?? null;
}

/**
 * @param stored the headline of the stream's previous batch, as stored; null if there is none
 * @param receivedAt ISO 8601, UTC
 */
export function batchHeadline(result: CheckResult, stored: unknown, receivedAt: string): BatchHeadline {
  const { verdict } = result;
  const before = storedHeadline(stored);
  if (verdict === "rejected") {
    const { state = null, since = null, confirmed = true } = before ?? {};
    return { verdict, state, since, confirmed, evidence: null, reference: null, channel: null };
  }
  const goesOn = before !== null && before.state !== null && (before.state === "normal") === (verdict === "normal");
  const loudest = result.comparisons.find(({ reference }) => reference === result.leading);
  return {
    verdict,
    state: verdict,
    since: goesOn ? before.since : receivedAt,
    confirmed: result.confirmed,
    evidence: Number(alarmShare(result).toPrecision(4)),
    reference: loudest?.reference ?? null,
    channel: loudest?.channel.slice(0, longestChannel).toWellFormed() ?? null,
  };
}
