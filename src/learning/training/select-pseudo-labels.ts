// Selects the unlabelled windows that are confident enough to learn from. U windows, K classes.

import { argmaxRows } from "../../stats/argmax-rows.ts";

/**
 * One of:
 * - `percentile-per-class` (the default of retraining): the most confident share of each predicted class, so that hard
 *   classes are included
 * - `percentile-global`: the most confident share overall, as published (Cascante-Bonilla et al. 2021)
 * - `fixed`: all windows with at least a given confidence
 */
export type SelectorName = "percentile-per-class" | "percentile-global" | "fixed";

export interface SelectionRule {
  readonly selector: SelectorName;
  /** Share of the windows, 0 to 1; ignored by `fixed`. */
  readonly share: number;
  /** Minimum confidence for `fixed`. */
  readonly threshold: number;
  /** Minimum number of windows per predicted class, if there are that many; ignored by `fixed` and if the share is 0. */
  readonly floor: number;
  /** [K] maximum number of windows per class; takes precedence over the minimum. */
  readonly caps: readonly number[];
}

export interface Selection {
  /** Selected windows, ascending. */
  readonly rows: Int32Array;
  /** [rows] predicted class of each. */
  readonly labels: Int32Array;
  /** [K] lowest confidence selected; null if no window was selected. */
  readonly thresholds: readonly (number | null)[];
  /** [K] */
  readonly counts: readonly number[];
}

/**
 * @param probabilities [U, K]
 * @throws RangeError if the share or the threshold is outside 0..1
 */
export function selectPseudoLabels(probabilities: Float32Array, nClasses: number, rule: SelectionRule): Selection {
  const { selector, share, threshold, floor, caps } = rule;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share: expected 0 to 1, got ${share}`);
  if (!(threshold >= 0 && threshold <= 1)) throw new RangeError(`threshold: expected 0 to 1, got ${threshold}`);
  const predicted = argmaxRows(probabilities, nClasses);
  const confidence = (row: number): number => probabilities[row * nClasses + predicted[row]!]!;
  // The sort is stable, so among equally confident windows, earlier ones win.
  const surest = [...predicted.keys()].sort((a, b) => confidence(b) - confidence(a));
  const among = new Set(selector === "percentile-global" ? surest.slice(0, countPseudoLabels(share, surest)) : []);
  const chosen = caps.map((cap, k) => {
    const own = surest.filter((row) => predicted[row] === k);
    const sure = {
      "percentile-per-class": () => countPseudoLabels(share, own),
      "percentile-global": () => own.filter((row) => among.has(row)).length,
      fixed: () => own.filter((row) => confidence(row) >= threshold).length,
    }[selector]();
    const least = selector === "fixed" || share === 0 ? 0 : floor;
    return own.slice(0, Math.min(cap, Math.max(sure, least)));
  });
  const rows = Int32Array.from(chosen.flat()).sort();
  return {
    rows,
    labels: rows.map((row) => predicted[row]!),
    thresholds: chosen.map((own) => (own.length === 0 ? null : confidence(own.at(-1)!))),
    counts: chosen.map((own) => own.length),
  };
}

/** Rounded up, but ignoring floating-point noise: .07 x 100 is 7. */
function countPseudoLabels(share: number, rows: readonly number[]): number {
  return Math.ceil(Number((share * rows.length).toPrecision(12)));
}
