// Checks whether a newly frozen baseline equals the one that a model's streams have been compared with so far.

import { UserError } from "../../errors.ts";
import { canonicalJsonToHash } from "../../storage/hash.ts";
import type { DriftBaseline } from "../drift/drift-baseline.ts";
import { withoutFormerSignals } from "../summaries/former-signals.ts";
import type { ModelSignals } from "../summaries/model-signals.ts";

export const trainAgain =
  "The model still works without recalibration. For a new calibration, train or retrain a model.";

/** The parts of the baseline that must not change. */
const frozenParts = ["sampling_rate_hz", "classes", "edges", "by_class"] as const;

/** @throws UserError if batches would be measured or compared differently from before */
export function refuseOtherBaseline(model: string, frozen: DriftBaseline, fresh: DriftBaseline): void {
  const scored = baselineWithoutFormerSignals(frozen, fresh);
  const other = frozenParts.filter((key) => canonicalJsonToHash(scored[key]) !== canonicalJsonToHash(fresh[key]));
  const differing = [...other, ...(areBaselineSignalsEqual(frozen.signals, fresh.signals) ? [] : ["signals"])].join(
    ", ",
  );
  if (differing === "") return;
  throw new UserError(
    `${model} cannot be recalibrated: this version of Tidemark computes a different baseline from the same ` +
      `recordings (differences: ${differing})`,
    { advice: trainAgain },
  );
}

/** Leaves out the signals that this version no longer computes. */
function baselineWithoutFormerSignals(frozen: DriftBaseline, { edges }: DriftBaseline): DriftBaseline {
  const names = Object.keys(edges);
  return {
    ...frozen,
    edges: withoutFormerSignals(frozen.edges, names),
    by_class: frozen.by_class.map((summary) => summary && withoutFormerSignals(summary, names)),
  };
}

/**
 * Whether both baselines were computed from the same predictions. Earlier versions rounded differently, so values may differ by
 * up to a millionth per window.
 */
function areBaselineSignalsEqual(frozen: ModelSignals, fresh: ModelSignals): boolean {
  const counted = ({ windows, classCounts, pairs, flips }: ModelSignals): string =>
    JSON.stringify([windows, classCounts, pairs, flips]);
  const shares = ["confidence", "entropy", "margin"] as const;
  return (
    counted(frozen) === counted(fresh) &&
    shares.every((name) => Math.abs(frozen[name].millionths - fresh[name].millionths) <= frozen.windows)
  );
}
