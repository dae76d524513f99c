// Determines the labels of windows in which the label may change: a window's label is the one that covers most of it.

/** A label that holds from `start` seconds until the next run begins; null if there is no label from a known class. */
export interface LabelRun {
  readonly start: number;
  readonly label: number | null;
}

export interface WindowLabels {
  /** [W] the label that covers most of the window; -1 if no part of it has a label. */
  readonly labels: Int32Array;
  /** [W] the share of the window that this label covers, 0 to 1. */
  readonly shares: Float64Array;
}

/**
 * @param runs runs in time order; the first begins before the first window
 * @param windows W windows of `length` seconds; the first begins at `start`, and each of the others `step` seconds after the
 * previous one
 */
export function labelsOfWindows(
  runs: readonly LabelRun[],
  { start, step, length, count }: { start: number; step: number; length: number; count: number },
): WindowLabels {
  const [labels, shares] = [new Int32Array(count).fill(-1), new Float64Array(count)];
  let first = 0;
  for (let w = 0; w < count; w++) {
    const [from, to] = [start + w * step, start + w * step + length];
    while (first + 1 < runs.length && runs[first + 1]!.start <= from) first++;
    const seconds = new Map<number, number>();
    for (let r = first; r < runs.length && runs[r]!.start < to; r++) {
      const { label } = runs[r]!;
      const end = runs[r + 1]?.start ?? Number.POSITIVE_INFINITY;
      const own = Math.min(end, to) - Math.max(runs[r]!.start, from);
      if (label !== null) seconds.set(label, (seconds.get(label) ?? 0) + own);
    }
    for (const [label, own] of seconds) {
      if (own / length <= shares[w]!) continue;
      labels[w] = label;
      shares[w] = own / length;
    }
  }
  return { labels, shares };
}

/** How often labels change within windows, if windows may span label changes. */
export interface LabelChanges {
  /** Number of windows that fit between gaps. */
  readonly windows: number;
  /** Number of windows in which the label changes. */
  readonly crossing: number;
  /** Number of windows in which the label changes but one label covers at least 80 %. */
  readonly mostly: number;
  /** Number of windows in which the label changes but one label covers at least half. */
  readonly majority: number;
  /** Number of windows that are used although the label changes in them. */
  readonly used: number;
}

/** Shares are sums of rounded times, so they may be slightly below the purity. */
const shareTolerance = 1e-6;
const mostlyShare = 0.8;
const majorityShare = 0.5;

/** Whether a window whose most frequent label has this share is used. */
export function isLabelPure(share: number, purity: number): boolean {
  return share > 0 && share >= purity - shareTolerance;
}

export function addImpureLabelChanges(
  before: LabelChanges | null,
  { shares }: Pick<WindowLabels, "shares">,
  purity: number,
): LabelChanges {
  const crossing = shares.filter((share) => !isLabelPure(share, 1));
  const atLeast = (share: number): number => crossing.filter((own) => isLabelPure(own, share)).length;
  const { windows, ...more } = before ?? { windows: 0, crossing: 0, mostly: 0, majority: 0, used: 0 };
  return {
    windows: windows + shares.length,
    crossing: more.crossing + crossing.length,
    mostly: more.mostly + atLeast(mostlyShare),
    majority: more.majority + atLeast(majorityShare),
    used: more.used + (purity < 1 ? atLeast(purity) : 0),
  };
}
