import { type BaselineStats, storedBaselineStats } from "../drift/baseline-stats.ts";
import { baselineContentHash } from "./baseline-content-hash.ts";
import { baselineFaults, type ExpectedBaseline } from "./baseline-faults.ts";

/** Fills in `content_hash`. @throws Error if the baseline does not fit the model */
export function sealBaseline<Baseline extends BaselineStats>(baseline: Baseline, expected: ExpectedBaseline): Baseline {
  const sealed = { ...baseline, content_hash: baselineContentHash(storedBaselineStats(baseline)) };
  const faults = baselineFaults(JSON.parse(JSON.stringify(storedBaselineStats(sealed))), expected);
  if (faults.length > 0) throw new Error(`the baseline is not valid:\n${faults.join("\n")}`);
  return sealed;
}
