// `tidemark baseline`: the frozen side of a model, shown or checked.
import type { BaselineStats } from "../monitoring/drift/baseline-stats.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { openMonitor, validateBaselineFile } from "../monitoring/streams/open-monitor.ts";

export interface ShownBaseline {
  readonly baseline: BaselineStats;
  /** `baseline.drift`, checked. */
  readonly drift: DriftBaseline;
}

/** @throws UserError if the folder was changed, or its baseline cannot be used: all faults are named */
export async function showBaseline(model: string): Promise<ShownBaseline> {
  const { baseline, drift } = await openMonitor(model);
  return { baseline, drift };
}

/** The faults of the baseline in a model folder, whatever became of the folder's other files; none if it can be used. */
export function validateBaseline(model: string): Promise<string[]> {
  return validateBaselineFile(model);
}
