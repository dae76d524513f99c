// Batches that neither add to a stream's evidence nor enter its references, although nothing is wrong with them: data that
// arrived before, and time in which nothing moved.

import { longStillnessSeconds, type StillTime } from "../../signals/data/still-time.ts";
import type { JudgedBatch } from "./check-result.ts";
import type { StreamMemory } from "./monitor-stream.ts";
import type { StreamState } from "./stream-state.ts";

/** A device that has not moved for this long is considered not worn; see still-time.ts. */
const notWornSeconds = 3600;

/**
 * @param stillBefore how long nothing had moved at the end of the previous batch, in seconds
 * @returns null if the batch counts
 */
export function reasonNotToCount(
  still: StillTime | undefined,
  stillBefore: number,
  { sameContent }: Pick<StreamMemory<StreamState>, "sameContent">,
): NonNullable<JudgedBatch["not_counted"]> | null {
  if (sameContent !== undefined)
    return { reason: "same_data", message: `the same data already arrived as batch ${sameContent}` };
  if (still === undefined || !still.throughout) return null;
  const seconds = stillBefore + still.atEnd;
  if (seconds < longStillnessSeconds) return null;
  const lasted = `nothing has moved for ${Math.floor(seconds / 60)} min`;
  return {
    reason: "not_worn",
    message: seconds < notWornSeconds ? `${lasted} (not worn, charging or asleep)` : `not worn: ${lasted}`,
  };
}

/**
 * Updates the time for which nothing has moved. A batch that came without samples leaves that unchanged.
 * @param before the stream's state before the batch
 */
export function withStillness(
  { still: _, ...state }: StreamState,
  still: StillTime | undefined,
  before: StreamState,
): StreamState {
  const earlier = before.still ?? 0;
  const seconds = still === undefined ? earlier : Math.round(still.throughout ? earlier + still.atEnd : still.atEnd);
  return { ...state, ...(seconds > 0 && { still: seconds }) };
}
