// Plans windows that may span several gap-free stretches, each with its own label. Devices do not need this, because their rows
// have no labels. Dimensions: W windows.

import {
  addImpureLabelChanges,
  isLabelPure,
  type LabelChanges,
  type LabelRun,
  labelsOfWindows,
  type WindowLabels,
} from "./label-purity.ts";
import type { Stretch } from "./recordings.ts";
import type { EvenPlan } from "./resample.ts";

/** A plan that stretches are added to one by one. */
export interface PlannedStretches {
  /** Adds a stretch with one label, and returns the number of windows that fit into it. */
  add(stretch: Stretch): number;
  /** Adds a stretch with one label per window, [W]; -1 for a window without a label. */
  addPart(stretch: Stretch, even: EvenPlan, labels: Int32Array): number;
  even(stretch: Stretch): EvenPlan;
  /** Returns -1 for no label, and undefined for a label that is not one of the classes. */
  labelOf(stretch: Stretch): number | undefined;
  /** Returns the time of a row. */
  timeOf(row: number): number;
  /** Returns the number of windows that fit into a stretch of this many samples, and their step and length in seconds. */
  windowsWithin(length: number): { readonly step: number; readonly length: number; readonly count: number };
}

/**
 * Adds all spans: runs of stretches without a gap in between.
 * @param purity minimum share of a window that its label must cover
 * @returns label changes within spans; null if no label changes
 */
export function planSpans(
  plan: PlannedStretches,
  spans: Iterable<readonly Stretch[]>,
  purity: number,
): LabelChanges | null {
  let changes: LabelChanges | null = null;
  let hasChanges = false;
  for (const span of spans) {
    if (span.length === 1) {
      const shares = new Float64Array(plan.add(span[0]!)).fill(1);
      changes = addImpureLabelChanges(changes, { shares }, purity);
      continue;
    }
    hasChanges = true;
    const whole: Stretch = { ...span[0]!, end: span.at(-1)!.end };
    const even = plan.even(whole);
    const { labels, shares } = labelsInPlannedSpan(plan, span, even);
    changes = addImpureLabelChanges(changes, { shares }, purity);
    if (purity < 1) {
      const pure = labels.map((label, w) => (isLabelPure(shares[w]!, purity) ? label : -1));
      plan.addPart(whole, even, pure);
    } else {
      for (const stretch of span) plan.add(stretch);
    }
  }
  return hasChanges ? changes : null;
}

function labelsInPlannedSpan(plan: PlannedStretches, span: readonly Stretch[], even: EvenPlan): WindowLabels {
  const runs = span.map((stretch): LabelRun => {
    const label = plan.labelOf(stretch) ?? -1;
    return { start: plan.timeOf(stretch.start), label: label < 0 ? null : label };
  });
  return labelsOfWindows(runs, { start: even.startTime, ...plan.windowsWithin(even.length) });
}
