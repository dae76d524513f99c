// Checks whether a baseline that was frozen again is still the one that a model's streams were compared with.

import { UserError } from "../errors.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import type { ModelSignals } from "../monitoring/summaries/model-signals.ts";
import { canonicalJsonToHash } from "../storage/store/hash.ts";

export const trainAgain = "It still works as it is. For a new calibration, train or retrain a model.";

/** The parts of the baseline that must not change. */
const frozenParts = ["sampling_rate_hz", "classes", "edges", "by_class"] as const;

/** @throws UserError if batches would be measured or compared in another way than before */
export function refuseOtherBaseline(model: string, frozen: DriftBaseline, fresh: DriftBaseline): void {
  const other = frozenParts.filter((key) => canonicalJsonToHash(frozen[key]) !== canonicalJsonToHash(fresh[key]));
  const differing = [...other, ...(areBaselineSignalsEqual(frozen.signals, fresh.signals) ? [] : ["signals"])].join(
    ", ",
  );
  if (differing === "") return;
  throw new UserError(
    `${model} cannot be recalibrated: from the same recordings, this version of Tidemark computes another baseline (different: ${differing})`,
    { advice: trainAgain },
  );
}

/** Whether both come from the same predictions. Earlier versions rounded differently, by up to a millionth per window. */
function areBaselineSignalsEqual(frozen: ModelSignals, fresh: ModelSignals): boolean {
  const counted = ({ windows, classCounts, pairs, flips }: ModelSignals): string =>
    JSON.stringify([windows, classCounts, pairs, flips]);
  const shares = ["confidence", "entropy", "margin"] as const;
  return (
    counted(frozen) === counted(fresh) &&
    shares.every((name) => Math.abs(frozen[name].millionths - fresh[name].millionths) <= frozen.windows)
  );
}
