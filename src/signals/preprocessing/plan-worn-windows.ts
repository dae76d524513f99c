// Plans a batch's windows, leaving out time without movement; the server and devices use the same code.

import { DataFault } from "../../data-fault.ts";
import type { RowSource } from "../data/recordings.ts";
import { type StillTime, stillTime, withoutStillTime } from "../data/still-time.ts";
import { planAnyWindows, type WindowOptions, type WindowPlan } from "./plan-windows.ts";

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
  const plan = planWornOrNull(rows, options, ofSpans);
  if (plan !== null && plan.windows > 0) return { rows, plan, still };
  return { rows: all, plan: whole, still: { ...still, isAll: true } };
}

function planWornOrNull(...of: Parameters<typeof planAnyWindows>): WindowPlan | null {
  try {
    return planAnyWindows(...of);
  } catch (error) {
    if (error instanceof DataFault) return null;
    throw error;
  }
}
