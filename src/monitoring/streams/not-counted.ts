// Finds batches that neither add to a stream's evidence nor enter its references even though they have no fault: data that has
// arrived before, and time without movement.

import type { StillSummary } from "../../signals/data/still-time.ts";
import { longStillnessSeconds } from "../../signals/data/still-time.ts";
import type { JudgedBatch } from "./check-result.ts";
import type { StreamMemory } from "./monitor-stream.ts";
import type { StreamState } from "./stream-state.ts";

/** After this long without movement, the reason given is that the device was not worn; see still-time.ts. */
const notWornSeconds = 3600;

/**
 * @param before the stream's state before the batch
 * @returns the reason why the batch does not count; null if it counts
 */
export function reasonNotToCount(
  still: StillSummary | undefined,
  before: Pick<StreamState, "still" | "unworn">,
  { sameContent }: Pick<StreamMemory<StreamState>, "sameContent">,
): NonNullable<JudgedBatch["not_counted"]> | null {
  if (sameContent !== undefined)
    return { reason: "same_data", message: `the same data already arrived as batch ${sameContent}` };
  if (still === undefined) return null;
  const { throughout, isAll, atEnd, seconds: leftOut } = still;
  const seconds = throughout ? (before.still ?? 0) + atEnd : leftOut;
  const continues = throughout && (before.unworn === true || seconds >= longStillnessSeconds);
  if (!isAll && !continues) return null;
  const lasted = `nothing has moved for ${Math.floor(seconds / 60)} min`;
  // A shorter period is left out only if the sensor was lying on something, which shows that no sleeping person was wearing it.
  const states = seconds < longStillnessSeconds ? "not worn or charging" : "not worn, charging or asleep";
  return {
    reason: "not_worn",
    message: seconds < notWornSeconds ? `${lasted} (${states})` : `not worn: ${lasted}`,
  };
}

/**
 * Updates the length of time without movement at the end of a stream. A batch whose time without movement is unknown does not
 * change it.
 * @param before the stream's state before the batch
 */
export function notCountedWithStillness(
  { still: _, unworn: __, ...state }: StreamState,
  still: StillSummary | undefined,
  before: StreamState,
): StreamState {
  const earlier = before.still ?? 0;
  const seconds = still === undefined ? earlier : Math.round(still.throughout ? earlier + still.atEnd : still.atEnd);
  const isUnworn = still?.isAtEnd === true || (before.unworn === true && (still?.throughout ?? true));
  return { ...state, ...(seconds > 0 && { still: seconds }), ...(isUnworn && { unworn: true }) };
}
