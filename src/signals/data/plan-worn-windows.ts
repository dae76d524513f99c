// Plans a batch's windows, leaving out time without movement; the server and devices use the same code.

import { DataFault } from "../../data-fault.ts";
import { planAnyWindows, type WindowOptions, type WindowPlan } from "./plan-windows.ts";
import type { RowSource } from "./recordings.ts";
import { type StillTime, stillTime, withoutStillTime } from "./still-time.ts";

export interface WornWindows {
  /** The rows that the plan refers to. */
  readonly rows: RowSource;
  /** The plan, which may contain no windows. */
  readonly plan: WindowPlan;
  readonly still: StillTime;
}

/**
 * Leaves out time without movement, unless no window would remain.
 * @param ofSpans as in `planAnyWindows`
 * @throws DataFault under the same conditions as `planAnyWindows`
 */
export function planWornWindows(
  all: RowSource,
  sensors: Parameters<typeof stillTime>[1],
  options: WindowOptions,
  ofSpans?: Parameters<typeof planAnyWindows>[2],
): WornWindows {
  const still = stillTime(all, sensors);
  const whole = planAnyWindows(all, options, ofSpans);
  if (still.ranges.length === 0 || still.throughout || still.isAll) return { rows: all, plan: whole, still };
  const rows = withoutStillTime(all, still);
  const plan = nullOnDataFault(() => planAnyWindows(rows, options, ofSpans));
  if (plan !== null && plan.windows > 0) return { rows, plan, still };
  return { rows: all, plan: whole, still: { ...still, isAll: true } };
}

/** Does the same as `planWornWindows`, but returns null instead of a plan if `planWornWindows` throws a DataFault. */
export function planWornWindowsOrNull(
  rows: RowSource,
  sensors: Parameters<typeof stillTime>[1],
  options: WindowOptions,
): Omit<WornWindows, "plan"> & { readonly plan: WindowPlan | null } {
  return (
    nullOnDataFault(() => planWornWindows(rows, sensors, options)) ?? {
      rows,
      plan: null,
      still: stillTime(rows, sensors),
    }
  );
}

function nullOnDataFault<T>(plan: () => T): T | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof DataFault) return null;
    throw error;
  }
}
