// How a batch changes the references. The baseline never changes; it is frozen until the next training. The stream's own
// references are the two ends of one list: the batches accepted since the stream began, in order of arrival: rolling
// reference   the last N of them; it moves by itself with every batch that enters anchor              the first N of them;
// once there are N it stays, however many follow A batch that alarmed does not enter, or the reference would learn the
// fault. Neither does a batch that the quality gate rejected, nor a doubtful one, which is far from the stream's past
// without an alarm. A person may overrule the alarm (accept) and take any batch out (exclude); a batch with faulty data
// never enters.

import type { BatchStanding, StoredBatch } from "../../storage/store/stream-store.ts";

export type Verdict = "normal" | "gradual_drift" | "sudden_change" | "rejected";

export type Admission = Pick<BatchStanding, "status" | "inReferences">;

/** A manual decision about a batch. */
export type ByHand = "accept" | "exclude";

/**
 * Whether a batch enters.
 * @param accept a person accepts it even if it alarms
 */
export function admitByUpdateRules(
  verdict: Verdict,
  { accept = false, doubtful = false }: { accept?: boolean; doubtful?: boolean } = {},
): Admission {
  switch (verdict) {
    case "normal":
      return doubtful && !accept
        ? { status: "doubtful", inReferences: false }
        : { status: "accepted", inReferences: true };
    case "gradual_drift":
    case "sudden_change":
      return accept ? { status: "accepted", inReferences: true } : { status: "alarmed", inReferences: false };
    case "rejected":
      return { status: "rejected", inReferences: false };
    default:
      throw new TypeError(`admit: no such verdict as ${verdict satisfies never}`);
  }
}

/** There is no summary after a reset, after --keep-days, and if the quality gate turned the batch away: nothing could enter. */
export type DecidableBatch = Pick<StoredBatch, "status" | "inReferences" | "hasSummary">;

/**
 * Effect of a manual decision on a batch: `change` is null if nothing has to change; `refused` says why it is not possible.
 * An accepted batch enters at its own place in the order, not at the end.
 */
export function updateByHand(
  action: ByHand,
  { status, inReferences, hasSummary }: DecidableBatch,
): { readonly change: Admission | null } | { readonly refused: string } {
  switch (action) {
    case "accept":
      if (inReferences) return { change: null };
      if (status === "rejected") return { refused: "the quality gate turned it away, and faulty data never enter" };
      if (!hasSummary)
        return {
          refused:
            "nothing is left of it to compare with: it came before the stream was reset, or longer ago than --keep-days",
        };
      return { change: { status: "accepted", inReferences: true } };
    case "exclude":
      if (inReferences) return { change: { status: "excluded", inReferences: false } };
      if (status === "accepted") return { refused: "it left the reference when the stream was reset" };
      return status === "excluded" ? { change: null } : { refused: `it was ${status} and never entered` };
    default:
      throw new TypeError(`decide: no such action as ${action satisfies never}`);
  }
}
