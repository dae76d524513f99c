// Rules for how a batch changes the references. The baseline is frozen until the model is retrained. The stream's own
// references are the two ends of the list of batches accepted since the stream began, in order of arrival:
//
//   rolling reference   the last N batches; it moves whenever a batch enters
//   anchor              the first N batches; once there are N, it stays the same unless the user accepts or removes a batch
//
// A batch that raises an alarm does not enter the references; otherwise, they would adapt to the fault. Batches that the
// quality gate rejected, and doubtful batches (far from the stream's past, or perhaps faulty from the start, without raising an
// alarm), do not enter them either. The user may overrule the alarm (accept) or remove any batch (exclude), but a batch with
// faulty data can never enter.

import type { BatchStanding, StoredBatch } from "../../storage/stream-store.ts";

export type Verdict = "normal" | "gradual_drift" | "sudden_change" | "rejected";

export type Admission = Pick<BatchStanding, "status" | "inReferences">;

/** A manual decision about a batch. */
export type ByHand = "accept" | "exclude";

/**
 * Decides whether a batch enters the references.
 * @param accept whether the user accepts it even if it raises an alarm
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
      throw new TypeError(`admit: unknown verdict ${verdict satisfies never}`);
  }
}

/**
 * The properties of a batch that a manual decision depends on. A batch without a summary cannot enter the references. The
 * summary is missing if the quality gate rejected the batch, the stream was reset, --keep-days have passed, or the ledger has
 * exceeded --keep-megabytes.
 */
export type DecidableBatch = Pick<StoredBatch, "status" | "inReferences" | "hasSummary">;

/**
 * Returns the effect of a manual decision about a batch: `change` is null if there is nothing to change; if the decision is not
 * possible, `refused` gives the reason. An accepted batch takes its place by order of arrival, not at the end.
 */
export function decideByUpdateRules(
  action: ByHand,
  { status, inReferences, hasSummary }: DecidableBatch,
): { readonly change: Admission | null } | { readonly refused: string } {
  switch (action) {
    case "accept":
      if (inReferences) return { change: null };
      if (status === "rejected")
        return { refused: "the quality gate rejected it, and faulty data never enters the references" };
      if (!hasSummary)
        return {
          refused:
            "its summary has been deleted, because the stream was reset, --keep-days have passed, or the ledger has exceeded --keep-megabytes",
        };
      return { change: { status: "accepted", inReferences: true } };
    case "exclude":
      if (inReferences) return { change: { status: "excluded", inReferences: false } };
      if (status === "accepted") return { refused: "it left the reference when the stream was reset" };
      return status === "excluded"
        ? { change: null }
        : { refused: `it was ${status} and never entered the references` };
    default:
      throw new TypeError(`decide: unknown action ${action satisfies never}`);
  }
}
