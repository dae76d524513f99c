// The parts of the report that depend on individual out-of-fold predictions: the most confident errors, and precision and
// recall.

import { confidentErrors } from "../learning/evaluation/confident-errors.ts";
import { precisionRecall } from "../learning/evaluation/precision-recall.ts";
import type { ReportInput } from "../report/train-html.ts";
import type { WindowSet } from "../signals/data/windows.ts";

/** @param calibrated [W, K] out-of-fold probabilities after temperature scaling */
export function reportedPredictions(
  windows: WindowSet,
  calibrated: Float32Array,
): NonNullable<ReportInput["predictions"]> {
  const { labels, classes } = windows;
  const curves = classes.flatMap((name, of) => {
    const curve = precisionRecall(calibrated, labels, { nClasses: classes.length, of });
    return curve === null ? [] : [{ name, ...curve }];
  });
  return { errors: confidentErrors(windows, calibrated), curves };
}
